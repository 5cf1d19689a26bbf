using System;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// Verifies ECDSA signatures on one curve, one instance a thread. Keeps the public key it was asked about last, ready to be used
/// again: a client mostly meets the server it has met before, and getting ready takes 3 µs.
/// </summary>
internal sealed unsafe class EvpVerifier
{
    private const int MaxPointLength = 97;

    [ThreadStatic]
    private static EvpVerifier? t_p256;

    [ThreadStatic]
    private static EvpVerifier? t_p384;

    private readonly nint _digest;
    private readonly nint _key;
    private readonly nint _prepared;
    private readonly nint _context;
    private readonly byte[] _point = new byte[MaxPointLength];
    private int _pointLength;

    private EvpVerifier(NamedGroup curve, nint digest)
    {
        _digest = digest;
        _key = EvpGroup.Get(curve).GenerateKey(); // gives way to the first peer's
        _prepared = OpenSslError.ThrowIfNull(LibCrypto.EVP_MD_CTX_new());
        _context = OpenSslError.ThrowIfNull(LibCrypto.EVP_MD_CTX_new());
    }

    ~EvpVerifier()
    {
        LibCrypto.EVP_MD_CTX_free(_context);
        LibCrypto.EVP_MD_CTX_free(_prepared);
        LibCrypto.EVP_PKEY_free(_key);
    }

    /// <summary>The instance of this thread.</summary>
    /// <param name="scheme">ECDSA on P-256 or P-384: each has its curve and its hash (RFC 8446 §4.2.3).</param>
    public static EvpVerifier Get(SignatureScheme scheme) => scheme == SignatureScheme.EcdsaSecp384r1Sha384
        ? t_p384 ??= new EvpVerifier(NamedGroup.Secp384r1, EvpAlgorithms.SignatureHash(scheme))
        : t_p256 ??= new EvpVerifier(NamedGroup.Secp256r1, EvpAlgorithms.SignatureHash(scheme));

    /// <summary>Whether a signature is good.</summary>
    /// <param name="point">The public key: an uncompressed point. One that is not on the curve verifies nothing.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The signature, in DER.</param>
    public bool Verify(ReadOnlySpan<byte> point, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!point.SequenceEqual(_point.AsSpan(0, _pointLength)) && !TryPrepare(point))
            return false;
        fixed (byte* content = data)
        fixed (byte* signatureBytes = signature)
        {
            return LibCrypto.EVP_MD_CTX_copy_ex(_context, _prepared) == 1
                && LibCrypto.EVP_DigestVerify(_context, signatureBytes, (nuint)signature.Length, content, (nuint)data.Length) == 1;
        }
    }

    private bool TryPrepare(ReadOnlySpan<byte> point)
    {
        _pointLength = 0;
        nint keyContext = 0;
        fixed (byte* bytes = point)
        {
            if (LibCrypto.EVP_PKEY_set1_encoded_public_key(_key, bytes, (nuint)point.Length) != 1
                || LibCrypto.EVP_DigestVerifyInit(_prepared, &keyContext, _digest, 0, _key) != 1)
            {
                return false;
            }
        }

        point.CopyTo(_point);
        _pointLength = point.Length;
        return true;
    }
}
