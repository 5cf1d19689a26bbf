using System;
using System.Runtime.InteropServices;

namespace Sockets.LoadBench.Handshakes;

/// <summary>The calls of libcrypto that the primitives of a handshake are measured by, apart from the engine's own.</summary>
internal static unsafe partial class EvpFunctions
{
    private const string Library = "libcrypto.so.3";

    public static void Require(int result)
    {
        if (result != 1)
            throw new InvalidOperationException("libcrypto refused.");
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint EVP_PKEY_CTX_new_from_name(nint library, string name, string? properties);

    [LibraryImport(Library)]
    public static partial nint EVP_PKEY_CTX_new(nint key, nint engine);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_keygen_init(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_keygen(nint context, nint* key);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int EVP_PKEY_CTX_set_group_name(nint context, string name);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive_init(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive_set_peer(nint context, nint peer);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive(nint context, byte* secret, nuint* length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_sign_init(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_sign(nint context, byte* signature, nuint* signatureLength, byte* hash, nuint hashLength);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_verify_init(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_verify(nint context, byte* signature, nuint signatureLength, byte* hash, nuint hashLength);
}
