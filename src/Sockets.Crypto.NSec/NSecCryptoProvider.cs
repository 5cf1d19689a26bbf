using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using NSec.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Crypto.NSec;

/// <summary>
/// Cryptography of NSec, which is libsodium's: ChaCha20-Poly1305, AES-256-GCM where the processor has instructions for it,
/// X25519, Ed25519, SHA-256, HMAC and HKDF with it. All else is another provider's: AES-128-GCM, SHA-384, the NIST curves,
/// RSA, random bytes, and the mask of record numbers, which takes a bare block of the cipher.
/// </summary>
public sealed class NSecCryptoProvider : CryptoProvider, IKnownKeyExchange
{
    private readonly CryptoProvider _inner;
    private readonly string _name;
    private readonly CipherSuite[] _suites;
    private readonly NamedGroup[] _groups;
    private readonly SignatureScheme[] _schemes;

    private NSecCryptoProvider(CryptoProvider inner)
    {
        _inner = inner;
        _name = $"NSec {typeof(Key).Assembly.GetName().Version?.ToString(3)} over {inner.Name}";
        _suites = [.. inner.CipherSuites];
        NamedGroup[] hybrids = [.. inner.Groups.Where(static group => group == NamedGroup.X25519MLKEM768)];
        _groups = [.. hybrids, NamedGroup.X25519, .. inner.Groups.Where(group => group != NamedGroup.X25519 && !hybrids.Contains(group))];
        SignatureScheme[] others = [.. inner.SignatureSchemes.Where(static scheme => scheme != SignatureScheme.Ed25519)];
        _schemes = [.. others.Take(1), SignatureScheme.Ed25519, .. others.Skip(1)];
    }

    /// <inheritdoc/>
    public override string Name => _name;

    /// <summary>Suites of the other provider, whichever of the two runs them: none can do without its number mask.</summary>
    public override IReadOnlyList<CipherSuite> CipherSuites => _suites;

    /// <inheritdoc/>
    public override IReadOnlyList<CipherSuite> CipherSuitesByChoice => _inner.CipherSuitesByChoice;

    /// <inheritdoc/>
    public override IReadOnlyList<NamedGroup> Groups => _groups;

    /// <inheritdoc/>
    public override IReadOnlyList<SignatureScheme> SignatureSchemes => _schemes;

    /// <summary>Makes a provider, which has passed its self-test.</summary>
    /// <param name="inner">Does what NSec lacks: one of the providers of Sockets.Dtls.</param>
    /// <exception cref="ArgumentException"><paramref name="inner"/> is none of them.</exception>
    /// <exception cref="PlatformNotSupportedException">libsodium does not run here, or FIPS mode forbids it.</exception>
    /// <exception cref="CryptographicException">The self-test failed.</exception>
    public static NSecCryptoProvider Create(CryptoProvider inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        CryptoProviders.RefuseUnderFips();
        if (inner is not IKnownKeyExchange)
            throw new ArgumentException("The other provider is one of those of Sockets.Dtls.", nameof(inner));
        var provider = new NSecCryptoProvider(inner);
        provider.SelfTest();
        return provider;
    }

    /// <summary>Runs the known answers of every primitive, as was done before the provider was first given out.</summary>
    /// <exception cref="CryptographicException">A known answer was missed; the message names provider and primitive.</exception>
    public void SelfTest() => CryptoSelfTest.Run(this);

    /// <inheritdoc/>
    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        RecordKeys.Validate(this, suite, key, iv, numberKey);
        AeadAlgorithm? algorithm = suite switch
        {
            CipherSuite.ChaCha20Poly1305Sha256 => AeadAlgorithm.ChaCha20Poly1305,
            CipherSuite.Aes256GcmSha384 when Aes256Gcm.IsSupported => AeadAlgorithm.Aes256Gcm,
            _ => null,
        };
        if (algorithm is null)
            return _inner.CreateRecordCipher(suite, key, iv, numberKey);

        // The other provider never sees the key of the AEAD.
        RecordCipher mask = _inner.CreateRecordCipher(suite, numberKey, iv, numberKey);
        try
        {
            return new NSecRecordCipher(suite, algorithm, key, iv, mask);
        }
        catch
        {
            mask.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override KeyExchange CreateKeyExchange(NamedGroup group) =>
        group == NamedGroup.X25519 ? new NSecKeyExchange(Key.Create(KeyAgreementAlgorithm.X25519)) : _inner.CreateKeyExchange(group);

    /// <inheritdoc/>
    public override KeyExchange CreateKeyExchangeResponse(NamedGroup group) =>
        group == NamedGroup.X25519 ? CreateKeyExchange(group) : _inner.CreateKeyExchangeResponse(group);

    /// <inheritdoc/>
    public override TranscriptHash CreateTranscriptHash(HashKind hash) =>
        hash == HashKind.Sha256 ? new NSecTranscriptHash() : _inner.CreateTranscriptHash(hash);

    /// <inheritdoc/>
    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        // NSec's MAC takes keys of 32 bytes only; its HKDF-Extract is the same MAC (RFC 5869 §2.2) of anything but nothing.
        if (hash == HashKind.Sha256 && !data.IsEmpty && destination.Length == SHA256.HashSizeInBytes)
            KeyDerivationAlgorithm.HkdfSha256.Extract(data, key, destination);
        else
            _inner.Hmac(hash, key, data, destination);
    }

    /// <inheritdoc/>
    public override void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination)
    {
        // What NSec refuses (output over its own key, short keys, too much output) the other one does or refuses.
        HkdfSha256 algorithm = KeyDerivationAlgorithm.HkdfSha256;
        if (hash == HashKind.Sha256
            && key.Length >= algorithm.PseudorandomKeySize
            && destination.Length <= algorithm.MaxCount
            && !destination.Overlaps(key)
            && !destination.Overlaps(info))
        {
            algorithm.Expand(key, info, destination);
        }
        else
        {
            _inner.HkdfExpand(hash, key, info, destination);
        }
    }

    /// <inheritdoc/>
    public override bool VerifySignature(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (scheme != SignatureScheme.Ed25519)
            return _inner.VerifySignature(scheme, subjectPublicKeyInfo, data, signature);

        // RFC 8410 §4: the key is the end of the structure, whose length is known once its kind is.
        Ed25519 algorithm = SignatureAlgorithm.Ed25519;
        return KeyEncoding.OfPublicKey(subjectPublicKeyInfo) == KeyAlgorithm.Ed25519
            && PublicKey.TryImport(algorithm, subjectPublicKeyInfo[^algorithm.PublicKeySize..], KeyBlobFormat.RawPublicKey, out PublicKey? key)
            && key is not null
            && algorithm.Verify(key, data, signature);
    }

    /// <inheritdoc/>
    public override DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8) =>
        KeyEncoding.OfPrivateKey(pkcs8) == KeyAlgorithm.Ed25519 ? NSecSigner.Import(pkcs8) : _inner.ImportPrivateKey(pkcs8);

    /// <inheritdoc/>
    public override void FillRandom(Span<byte> destination) => _inner.FillRandom(destination);

    /// <inheritdoc/>
    KeyExchange IKnownKeyExchange.ImportKeyExchange(NamedGroup group, ReadOnlySpan<byte> privateKey) =>
        group == NamedGroup.X25519
            ? new NSecKeyExchange(Key.Import(KeyAgreementAlgorithm.X25519, privateKey, KeyBlobFormat.RawPrivateKey))
            : ((IKnownKeyExchange)_inner).ImportKeyExchange(group, privateKey);
}
