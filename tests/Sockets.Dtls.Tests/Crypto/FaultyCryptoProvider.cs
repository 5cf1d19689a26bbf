using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>A provider with one fault, to show that the self-test would find it.</summary>
internal sealed class FaultyCryptoProvider(CryptoProvider inner, string fault) : CryptoProvider, IKnownKeyExchange
{
    public override string Name => "Faulty";

    public override IReadOnlyList<CipherSuite> CipherSuites => inner.CipherSuites;

    public override IReadOnlyList<NamedGroup> Groups => inner.Groups;

    public override IReadOnlyList<SignatureScheme> SignatureSchemes => inner.SignatureSchemes;

    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        byte[] damagedKey = key.ToArray();
        byte[] damagedNumberKey = numberKey.ToArray();
        if (fault == suite.ToString())
            damagedKey[^1] ^= 1;
        if (fault == suite + " mask")
            damagedNumberKey[^1] ^= 1;
        return inner.CreateRecordCipher(suite, damagedKey, iv, damagedNumberKey);
    }

    public override KeyExchange CreateKeyExchange(NamedGroup group) =>
        fault == group.ToString() ? throw new InvalidOperationException("No key pair.") : inner.CreateKeyExchange(group);

    public KeyExchange ImportKeyExchange(NamedGroup group, ReadOnlySpan<byte> privateKey) =>
        ((IKnownKeyExchange)inner).ImportKeyExchange(group, privateKey);

    public override KeyExchange CreateKeyExchangeResponse(NamedGroup group) => inner.CreateKeyExchangeResponse(group);

    public override TranscriptHash CreateTranscriptHash(HashKind hash)
    {
        TranscriptHash transcript = inner.CreateTranscriptHash(hash);
        if (fault == hash.ToString())
            transcript.Append([0]);
        return transcript;
    }

    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        inner.Hmac(hash, key, data, destination);
        if (fault == hash + " MAC")
            destination[0] ^= 1;
    }

    public override void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination)
    {
        inner.HkdfExpand(hash, key, info, destination);
        if (fault == "HKDF")
            destination[^1] ^= 1;
    }

    public override bool VerifySignature(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        inner.VerifySignature(scheme, subjectPublicKeyInfo, data, signature);

    public override DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8) => inner.ImportPrivateKey(pkcs8);

    public override void FillRandom(Span<byte> destination) => inner.FillRandom(destination);
}
