using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>Passes everything on to another provider: the base of those that change one thing.</summary>
public abstract class DelegatingCryptoProvider(CryptoProvider inner) : CryptoProvider
{
    /// <summary>The other provider.</summary>
    protected CryptoProvider Inner => inner;

    public override string Name => inner.Name;

    public override IReadOnlyList<CipherSuite> CipherSuites => inner.CipherSuites;

    public override IReadOnlyList<CipherSuite> CipherSuitesByChoice => inner.CipherSuitesByChoice;

    public override IReadOnlyList<NamedGroup> Groups => inner.Groups;

    public override IReadOnlyList<SignatureScheme> SignatureSchemes => inner.SignatureSchemes;

    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey) =>
        inner.CreateRecordCipher(suite, key, iv, numberKey);

    public override KeyExchange CreateKeyExchange(NamedGroup group) => inner.CreateKeyExchange(group);

    public override KeyExchange CreateKeyExchangeResponse(NamedGroup group) => inner.CreateKeyExchangeResponse(group);

    public override TranscriptHash CreateTranscriptHash(HashKind hash) => inner.CreateTranscriptHash(hash);

    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination) =>
        inner.Hmac(hash, key, data, destination);

    public override void HkdfExtract(HashKind hash, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> inputKey, Span<byte> destination) =>
        inner.HkdfExtract(hash, salt, inputKey, destination);

    public override void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination) =>
        inner.HkdfExpand(hash, key, info, destination);

    public override bool VerifySignature(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        inner.VerifySignature(scheme, subjectPublicKeyInfo, data, signature);

    public override DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8) => inner.ImportPrivateKey(pkcs8);

    public override void FillRandom(Span<byte> destination) => inner.FillRandom(destination);
}
