using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <content>
/// SHA-256 without the generic layer, which takes longer than the hash of so few bytes. The calls cannot fail, take no lock and call
/// nothing back.
/// </content>
internal static unsafe partial class LibCrypto
{
    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial void SHA256_Init(Sha256State* state);

    [LibraryImport(Library)]
    public static partial void SHA256_Update(Sha256State* state, byte* data, nuint length);

    /// <summary>The same for 1024 bytes at most.</summary>
    [LibraryImport(Library, EntryPoint = nameof(SHA256_Update))]
    [SuppressGCTransition]
    public static partial void Sha256UpdateShort(Sha256State* state, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial void SHA256_Final(byte* output, Sha256State* state);

    [LibraryImport(Library)]
    public static partial nint EVP_MD_get0_provider(nint digest);

    [LibraryImport(Library)]
    public static partial nint OSSL_PROVIDER_get0_name(nint provider);
}
