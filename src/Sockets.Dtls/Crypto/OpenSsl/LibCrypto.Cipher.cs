using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <content>
/// Symmetric ciphers. The calls marked with <see cref="SuppressGCTransitionAttribute"/> work on a few bytes, take far
/// less than a microsecond, take no lock and call nothing back.
/// </content>
internal static unsafe partial class LibCrypto
{
    public const int ControlSetIvLength = 0x9;
    public const int ControlGetTag = 0x10;
    public const int ControlSetTag = 0x11;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint EVP_CIPHER_fetch(nint libraryContext, string algorithm, string? properties);

    [LibraryImport(Library)]
    public static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    public static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_CIPHER_CTX_set_padding(nint context, int padding);

    [LibraryImport(Library)]
    public static partial int EVP_CipherInit_ex(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    /// <summary>Changes IV and direction of a context that already has cipher and key.</summary>
    [LibraryImport(Library, EntryPoint = nameof(EVP_CipherInit_ex))]
    [SuppressGCTransition]
    public static partial int CipherSetIv(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Library)]
    public static partial int EVP_CipherUpdate(nint context, byte* output, int* outputLength, byte* input, int inputLength);

    /// <summary>The same for a header, a tail or a block: 256 bytes at most.</summary>
    [LibraryImport(Library, EntryPoint = nameof(EVP_CipherUpdate))]
    [SuppressGCTransition]
    public static partial int CipherUpdateShort(nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int EVP_CipherFinal_ex(nint context, byte* output, int* outputLength);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int EVP_CIPHER_CTX_ctrl(nint context, int type, int argument, byte* pointer);
}
