using System;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>A provider whose ciphers claim a low integrity limit, since 2^36 forgeries take too long.</summary>
internal sealed class LimitedCryptoProvider(CryptoProvider inner, ulong integrityLimit) : DelegatingCryptoProvider(inner)
{
    public override string Name => base.Name + " (limited)";

    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey) =>
        new Cipher(base.CreateRecordCipher(suite, key, iv, numberKey), integrityLimit);

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
