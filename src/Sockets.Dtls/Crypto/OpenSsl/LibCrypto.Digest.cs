using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <content>Hashes.</content>
internal static unsafe partial class LibCrypto
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint EVP_MD_fetch(nint libraryContext, string algorithm, string? properties);

    [LibraryImport(Library)]
    public static partial nint EVP_MD_CTX_new();

    [LibraryImport(Library)]
    public static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_MD_CTX_copy_ex(nint destination, nint source);

    [LibraryImport(Library)]
    public static partial int EVP_MD_CTX_copy_ex(nint destination, EvpDigestHandle source);

    [LibraryImport(Library)]
    public static partial int EVP_DigestInit_ex(nint context, nint digest, nint engine);

    [LibraryImport(Library)]
    public static partial int EVP_DigestUpdate(nint context, byte* data, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_DigestFinal_ex(nint context, byte* output, uint* outputLength);
}
