using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>
/// Cryptography of System.Security.Cryptography, for platforms without libcrypto. It has neither X25519 nor Ed25519,
/// and a record costs two to four times what it costs with OpenSSL.
/// </summary>
public sealed class BclCryptoProvider : CryptoProvider, IKnownKeyExchange
{
    private static readonly Lazy<BclCryptoProvider> s_instance = new(Create);

    private readonly CipherSuite[] _suites = ChaCha20Poly1305.IsSupported
        ? [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256]
        : [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384];

    private readonly NamedGroup[] _groups = [NamedGroup.Secp256r1, NamedGroup.Secp384r1];

    private readonly SignatureScheme[] _schemes =
    [
        SignatureScheme.EcdsaSecp256r1Sha256,
        SignatureScheme.EcdsaSecp384r1Sha384,
        SignatureScheme.RsaPssRsaeSha256,
        SignatureScheme.RsaPssRsaeSha384,
        SignatureScheme.RsaPssRsaeSha512,
    ];

    private BclCryptoProvider()
    {
    }

    /// <summary>True when the platform has AES-GCM, which a DTLS 1.3 endpoint must have.</summary>
    public static bool IsSupported => AesGcm.IsSupported;

    /// <summary>The shared provider, which has passed its self-test.</summary>
    /// <exception cref="PlatformNotSupportedException"><see cref="IsSupported"/> is false, or FIPS mode forbids it.</exception>
    /// <exception cref="CryptographicException">The self-test failed.</exception>
    public static BclCryptoProvider Instance => CryptoProviders.UnlessFips(s_instance);

    /// <inheritdoc/>
    public override string Name => "System.Security.Cryptography";

    /// <inheritdoc/>
    public override IReadOnlyList<CipherSuite> CipherSuites => _suites;

    /// <inheritdoc/>
    public override IReadOnlyList<CipherSuite> CipherSuitesByChoice { get; } = AesCcm.IsSupported ? [CipherSuite.Aes128CcmSha256] : [];

    /// <inheritdoc/>
    public override IReadOnlyList<NamedGroup> Groups => _groups;

    /// <inheritdoc/>
    public override IReadOnlyList<SignatureScheme> SignatureSchemes => _schemes;

    /// <summary>Runs the known answers of every primitive, as was done before <see cref="Instance"/> was first given out.</summary>
    /// <exception cref="CryptographicException">A known answer was missed; the message names provider and primitive.</exception>
    public void SelfTest() => CryptoSelfTest.Run(this);

    /// <inheritdoc/>
    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        RecordKeys.Validate(this, suite, key, iv, numberKey);
        return new BclRecordCipher(suite, key, iv, numberKey);
    }

    /// <inheritdoc/>
    public override KeyExchange CreateKeyExchange(NamedGroup group)
    {
        if (Array.IndexOf(_groups, group) < 0)
            throw new ArgumentOutOfRangeException(nameof(group), group, "Not a group of this provider.");
        return BclKeyExchange.Generate(group);
    }

    /// <inheritdoc/>
    public override TranscriptHash CreateTranscriptHash(HashKind hash) => new BclTranscriptHash(hash);

    /// <inheritdoc/>
    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination) =>
        BclHmac.Get(hash).Compute(key, data, destination);

    /// <inheritdoc/>
    public override void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination) =>
        BclHmac.Get(hash).Expand(key, info, destination);

    /// <inheritdoc/>
    public override bool VerifySignature(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Array.IndexOf(_schemes, scheme) >= 0 && BclSignature.Verify(scheme, subjectPublicKeyInfo, data, signature);

    /// <inheritdoc/>
    public override DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8) => BclSignature.Import(pkcs8);

    /// <inheritdoc/>
    public override void FillRandom(Span<byte> destination)
    {
#pragma warning disable RS0030 // The provider is where the engine's randomness comes from.
        RandomNumberGenerator.Fill(destination);
#pragma warning restore RS0030
    }

    /// <inheritdoc/>
    KeyExchange IKnownKeyExchange.ImportKeyExchange(NamedGroup group, ReadOnlySpan<byte> privateKey) =>
        BclKeyExchange.Import(group, privateKey);

    private static BclCryptoProvider Create()
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException("The platform has no AES-GCM.");
        BclCryptoProvider provider = new();
        provider.SelfTest();
        return provider;
    }
}
