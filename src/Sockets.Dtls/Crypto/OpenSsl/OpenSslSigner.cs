using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// A private key inside libcrypto. Safe to use from several threads: each signature has its own context, with ECDSA a copy
/// of one that was prepared once, which is 2 µs less.
/// </summary>
internal sealed unsafe class OpenSslSigner : DtlsSigner
{
    // ECDSA on P-384 in DER: two integers of 49 bytes at most.
    private const int MaxEcdsaLength = 104;

    private readonly EvpKeyHandle _key;
    private readonly EvpDigestHandle? _prepared;
    private readonly SignatureScheme[] _schemes;

    private OpenSslSigner(EvpKeyHandle key, SignatureScheme[] schemes)
    {
        _key = key;
        _schemes = schemes;
        if (schemes[0] is SignatureScheme.EcdsaSecp256r1Sha256 or SignatureScheme.EcdsaSecp384r1Sha384)
            _prepared = Prepare(key, schemes[0]);
    }

    public override IReadOnlyList<SignatureScheme> Schemes => _schemes;

    /// <summary>See <see cref="CryptoProvider.ImportPrivateKey"/>.</summary>
    public static OpenSslSigner Import(ReadOnlySpan<byte> pkcs8, IReadOnlyList<SignatureScheme> supported)
    {
        SignatureScheme[] schemes = KeyEncoding.Schemes(KeyEncoding.OfPrivateKey(pkcs8));
        if (schemes.Length == 0)
            throw new CryptographicException("Not an unencrypted PKCS#8 key of a kind that DTLS signs with here.");
        foreach (SignatureScheme scheme in schemes)
        {
            bool found = false;
            foreach (SignatureScheme candidate in supported)
                found |= candidate == scheme;
            if (!found)
                throw new CryptographicException($"This libcrypto does not offer {scheme}.");
        }

        EvpKeyHandle key = schemes[0] == SignatureScheme.Ed25519 ? ImportEd25519(pkcs8) : ImportPkcs8(pkcs8);
        bool malformed = key.IsInvalid;
        if (malformed || !OpenSslSignature.IsAcceptableSize(key, schemes[0]))
        {
            key.Dispose();
            LibCrypto.ERR_clear_error();
            throw new CryptographicException(malformed
                ? "The PKCS#8 private key is malformed."
                : "The RSA key is smaller than 2048 or larger than 8192 bits.");
        }

        return new OpenSslSigner(key, schemes);
    }

    public override byte[] Sign(SignatureScheme scheme, ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_key.IsClosed, this);
        if (Array.IndexOf(_schemes, scheme) < 0)
            throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "The key does not sign under this scheme.");

        nint context = OpenSslError.ThrowIfNull(LibCrypto.EVP_MD_CTX_new());
        try
        {
            fixed (byte* content = data)
                return _prepared is { } prepared ? Sign(context, prepared, content, (nuint)data.Length) : Sign(context, scheme, content, (nuint)data.Length);
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _prepared?.Dispose();
        _key.Dispose();
    }

    private static EvpDigestHandle Prepare(EvpKeyHandle key, SignatureScheme scheme)
    {
        var context = new EvpDigestHandle(OpenSslError.ThrowIfNull(LibCrypto.EVP_MD_CTX_new()));
        nint keyContext = 0;
        OpenSslError.ThrowIfFailed(
            LibCrypto.EVP_DigestSignInit(context.DangerousGetHandle(), &keyContext, EvpAlgorithms.SignatureHash(scheme), 0, key));
        return context;
    }

    private static byte[] Sign(nint context, EvpDigestHandle prepared, byte* content, nuint contentLength)
    {
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_MD_CTX_copy_ex(context, prepared));
        byte* signature = stackalloc byte[MaxEcdsaLength];
        nuint length = MaxEcdsaLength;
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestSign(context, signature, &length, content, contentLength));
        return new ReadOnlySpan<byte>(signature, (int)length).ToArray();
    }

    private static EvpKeyHandle ImportPkcs8(ReadOnlySpan<byte> pkcs8)
    {
        fixed (byte* start = pkcs8)
        {
            byte* cursor = start;
            EvpKeyHandle key = new(LibCrypto.d2i_AutoPrivateKey(0, &cursor, new(pkcs8.Length)));
            if (key.IsInvalid || cursor == start + pkcs8.Length)
                return key;
            key.Dispose();
            return new EvpKeyHandle(0);
        }
    }

    private static EvpKeyHandle ImportEd25519(ReadOnlySpan<byte> pkcs8)
    {
        if (!KeyEncoding.TryGetEd25519Key(pkcs8, out ReadOnlySpan<byte> privateKey))
            return new EvpKeyHandle(0);
        fixed (byte* bytes = privateKey)
            return new EvpKeyHandle(LibCrypto.EVP_PKEY_new_raw_private_key_ex(0, "ED25519", null, bytes, (nuint)privateKey.Length));
    }

    private byte[] Sign(nint context, SignatureScheme scheme, byte* content, nuint contentLength)
    {
        nint keyContext = 0;
        OpenSslError.ThrowIfFailed(
            LibCrypto.EVP_DigestSignInit(context, &keyContext, EvpAlgorithms.SignatureHash(scheme), 0, _key));
        if (!OpenSslSignature.ConfigurePss(scheme, keyContext))
        {
            LibCrypto.ERR_clear_error();
            throw new CryptographicException("OpenSSL: RSA-PSS could not be configured.");
        }

        // The first call tells the largest length, the second one the length in fact (DER of ECDSA varies).
        nuint length = 0;
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestSign(context, null, &length, content, contentLength));
        byte[] signature = new byte[(int)length];
        fixed (byte* output = signature)
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestSign(context, output, &length, content, contentLength));
        return (int)length == signature.Length ? signature : signature[..(int)length];
    }
}
