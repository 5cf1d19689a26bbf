using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

/// <summary>A provider with a defect: verifying signatures throws, while told to.</summary>
internal sealed class FaultyCryptoProvider(CryptoProvider inner) : CryptoProvider
{
    public volatile bool Throws;

    public override string Name => inner.Name + " (faulty)";

    public override IReadOnlyList<CipherSuite> CipherSuites => inner.CipherSuites;

    public override IReadOnlyList<NamedGroup> Groups => inner.Groups;

    public override IReadOnlyList<SignatureScheme> SignatureSchemes => inner.SignatureSchemes;

    public override RecordCipher CreateRecordCipher(CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey) =>
        inner.CreateRecordCipher(suite, key, iv, numberKey);

    public override KeyExchange CreateKeyExchange(NamedGroup group) => inner.CreateKeyExchange(group);

    public override KeyExchange CreateKeyExchangeResponse(NamedGroup group) => inner.CreateKeyExchangeResponse(group);

    public override TranscriptHash CreateTranscriptHash(HashKind hash) => inner.CreateTranscriptHash(hash);

    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination) => inner.Hmac(hash, key, data, destination);

    public override void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination) =>
        inner.HkdfExpand(hash, key, info, destination);

    public override bool VerifySignature(SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Throws ? throw new InvalidOperationException("the provider is broken") : inner.VerifySignature(scheme, subjectPublicKeyInfo, data, signature);

    public override DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8) => inner.ImportPrivateKey(pkcs8);

    public override void FillRandom(Span<byte> destination) => inner.FillRandom(destination);
}
