using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests;

/// <summary>A provider whose ciphers claim a low integrity limit, since 2^36 forgeries take too long.</summary>
internal sealed class LimitedCryptoProvider(CryptoProvider inner, ulong integrityLimit) : CryptoProvider
{
    public override string Name => inner.Name + " (limited)";

    public override IReadOnlyList<CipherSuite> CipherSuites => inner.CipherSuites;

    public override IReadOnlyList<NamedGroup> Groups => inner.Groups;

    public override IReadOnlyList<SignatureScheme> SignatureSchemes => inner.SignatureSchemes;

    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey) =>
        new Cipher(inner.CreateRecordCipher(suite, key, iv, numberKey), integrityLimit);

    public override KeyExchange CreateKeyExchange(NamedGroup group) => inner.CreateKeyExchange(group);

    public override TranscriptHash CreateTranscriptHash(HashKind hash) => inner.CreateTranscriptHash(hash);

    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination) =>
        inner.Hmac(hash, key, data, destination);

    public override void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination) =>
        inner.HkdfExpand(hash, key, info, destination);

    public override bool VerifySignature(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        inner.VerifySignature(scheme, subjectPublicKeyInfo, data, signature);

    public override DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8) => inner.ImportPrivateKey(pkcs8);

    public override void FillRandom(Span<byte> destination) => inner.FillRandom(destination);

    private sealed class Cipher(RecordCipher cipher, ulong integrityLimit) : RecordCipher
    {
        public override int Overhead => cipher.Overhead;

        public override ulong ConfidentialityLimit => cipher.ConfidentialityLimit;

        public override ulong IntegrityLimit => integrityLimit;

        public override void Seal(
            ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record) =>
            cipher.Seal(sequence, header, plaintext, contentType, record);

        public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask) => cipher.ComputeMask(sample, mask);

        public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext) =>
            cipher.TryOpen(sequence, header, ciphertext);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                cipher.Dispose();
        }
    }
}
