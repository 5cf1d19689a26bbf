using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto.Hybrid;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// Cryptography of libcrypto 3 (OpenSSL), called directly with contexts kept per epoch. Offers whatever the installed
/// library offers: under a FIPS configuration that is less.
/// </summary>
public sealed class OpenSslCryptoProvider : CryptoProvider, IKnownKeyExchange
{
    private static readonly Lazy<OpenSslCryptoProvider> s_instance = new(Create);

    private readonly string _name;
    private readonly CipherSuite[] _suites;
    private readonly CipherSuite[] _suitesByChoice;
    private readonly NamedGroup[] _groups;
    private readonly SignatureScheme[] _schemes;

    private OpenSslCryptoProvider()
    {
        _name = $"OpenSSL {LibCrypto.Version}";
        _suites = Array.FindAll(
            [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256],
            static suite => EvpAlgorithms.Aead(suite) != 0
                && (suite == CipherSuite.ChaCha20Poly1305Sha256 || EvpAlgorithms.NumberCipher(suite) != 0));
        _suitesByChoice = EvpAlgorithms.Aead(CipherSuite.Aes128CcmSha256) != 0 && EvpAlgorithms.NumberCipher(CipherSuite.Aes128CcmSha256) != 0
            ? [CipherSuite.Aes128CcmSha256]
            : [];
        bool x25519 = EvpAlgorithms.HasKeyType("X25519");
        _groups = Array.FindAll(
            [NamedGroup.X25519MLKEM768, NamedGroup.X25519, NamedGroup.Secp256r1, NamedGroup.Secp384r1],
            group => group switch
            {
                NamedGroup.X25519MLKEM768 => x25519 && PlatformMLKem768.IsSupported,
                NamedGroup.X25519 => x25519,
                _ => true,
            });
        bool ed25519 = EvpAlgorithms.HasKeyType("ED25519");
        _schemes = Array.FindAll(
            [
                SignatureScheme.EcdsaSecp256r1Sha256,
                SignatureScheme.Ed25519,
                SignatureScheme.EcdsaSecp384r1Sha384,
                SignatureScheme.RsaPssRsaeSha256,
                SignatureScheme.RsaPssRsaeSha384,
                SignatureScheme.RsaPssRsaeSha512,
            ],
            scheme => scheme != SignatureScheme.Ed25519 || ed25519);
    }

    /// <summary>True when libcrypto 3 or later can be loaded.</summary>
    public static bool IsSupported => LibCrypto.IsAvailable;

    /// <summary>The shared provider, which has passed its self-test.</summary>
    /// <exception cref="PlatformNotSupportedException"><see cref="IsSupported"/> is false.</exception>
    /// <exception cref="CryptographicException">The self-test failed.</exception>
    public static OpenSslCryptoProvider Instance => s_instance.Value;

    /// <inheritdoc/>
    public override string Name => _name;

    /// <inheritdoc/>
    public override IReadOnlyList<CipherSuite> CipherSuites => _suites;

    /// <inheritdoc/>
    public override IReadOnlyList<CipherSuite> CipherSuitesByChoice => _suitesByChoice;

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
        return suite == CipherSuite.Aes128CcmSha256
            ? new OpenSslCcmRecordCipher(suite, key, iv, numberKey)
            : new OpenSslRecordCipher(suite, key, iv, numberKey);
    }

    /// <inheritdoc/>
    public override KeyExchange CreateKeyExchange(NamedGroup group)
    {
        RequireGroup(group);
        return group == NamedGroup.X25519MLKEM768
            ? new HybridKeyExchange(PlatformMLKem768.Instance.Generate(), OpenSslKeyExchange.Generate(NamedGroup.X25519))
            : OpenSslKeyExchange.Generate(group);
    }

    /// <inheritdoc/>
    public override KeyExchange CreateKeyExchangeResponse(NamedGroup group)
    {
        RequireGroup(group);
        return group == NamedGroup.X25519MLKEM768
            ? new HybridKeyExchangeResponse(PlatformMLKem768.Instance, OpenSslKeyExchange.Generate(NamedGroup.X25519))
            : OpenSslKeyExchange.Generate(group);
    }

    /// <inheritdoc/>
    public override TranscriptHash CreateTranscriptHash(HashKind hash) =>
        IsDirect(hash) ? new DirectSha256Transcript() : new OpenSslTranscriptHash(hash);

    /// <inheritdoc/>
    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (IsDirect(hash))
            DirectSha256.Hmac(key, data, destination);
        else
            OpenSslHmac.Get(hash).Compute(key, data, destination);
    }

    /// <inheritdoc/>
    public override void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination)
    {
        if (IsDirect(hash))
            DirectSha256.Expand(key, info, destination);
        else
            OpenSslHmac.Get(hash).Expand(key, info, destination);
    }

    /// <inheritdoc/>
    public override bool VerifySignature(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Array.IndexOf(_schemes, scheme) >= 0 && OpenSslSignature.Verify(scheme, subjectPublicKeyInfo, data, signature);

    /// <inheritdoc/>
    public override DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8) => OpenSslSigner.Import(pkcs8, _schemes);

    /// <inheritdoc/>
    public override void FillRandom(Span<byte> destination)
    {
#pragma warning disable RS0030 // The provider is where the engine's randomness comes from.
        RandomNumberGenerator.Fill(destination);
#pragma warning restore RS0030
    }

    /// <inheritdoc/>
    KeyExchange IKnownKeyExchange.ImportKeyExchange(NamedGroup group, ReadOnlySpan<byte> privateKey) =>
        group == NamedGroup.X25519MLKEM768
            ? new HybridKeyExchange(
                PlatformMLKem768.Instance.Import(privateKey[..MLKem768.SeedLength]),
                OpenSslKeyExchange.Import(NamedGroup.X25519, privateKey[MLKem768.SeedLength..]))
            : OpenSslKeyExchange.Import(group, privateKey);

    private void RequireGroup(NamedGroup group)
    {
        if (Array.IndexOf(_groups, group) < 0)
            throw new ArgumentOutOfRangeException(nameof(group), group, "Not a group of this provider.");
    }

    private static bool IsDirect(HashKind hash) => hash == HashKind.Sha256 && DirectSha256.IsUsable;

    private static OpenSslCryptoProvider Create()
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException("libcrypto 3 was not found.");
        OpenSslCryptoProvider provider = new();
        provider.SelfTest();
        return provider;
    }
}
