using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>
/// A provider whose randomness comes from a seed. Key pairs stay the inner provider's: their lengths, and so the
/// packet trace, do not depend on them.
/// </summary>
public sealed class SeededCryptoProvider(CryptoProvider inner, ulong seed) : CryptoProvider
{
    private readonly SeededRandom _random = new(seed);

    public override string Name => inner.Name + " (seeded)";

    public override IReadOnlyList<CipherSuite> CipherSuites => inner.CipherSuites;

    public override IReadOnlyList<NamedGroup> Groups => inner.Groups;

    public override IReadOnlyList<SignatureScheme> SignatureSchemes => inner.SignatureSchemes;

    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey) =>
        inner.CreateRecordCipher(suite, key, iv, numberKey);

    public override KeyExchange CreateKeyExchange(NamedGroup group) => inner.CreateKeyExchange(group);

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

    public override void FillRandom(Span<byte> destination) => _random.Fill(destination);
}
