using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>A provider that notes every pair of key and sequence number that a record was sealed with.</summary>
public sealed class NonceWatch(CryptoProvider inner) : DelegatingCryptoProvider(inner)
{
    private readonly HashSet<(string Key, ulong Sequence)> _used = [];

    public override string Name => base.Name + " (watched)";

    /// <summary>Records sealed.</summary>
    public int Sealed { get; private set; }

    /// <summary>Records sealed under a key and number that had been used: there must be none.</summary>
    public int Repeated { get; private set; }

    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey) =>
        new Cipher(this, base.CreateRecordCipher(suite, key, iv, numberKey), Convert.ToHexString(key) + Convert.ToHexString(iv));

    private void Note(string key, ulong sequence)
    {
        Sealed++;
        if (!_used.Add((key, sequence)))
            Repeated++;
    }

    private sealed class Cipher(NonceWatch watch, RecordCipher cipher, string key) : RecordCipher
    {
        public override int Overhead => cipher.Overhead;

        public override ulong ConfidentialityLimit => cipher.ConfidentialityLimit;

        public override ulong IntegrityLimit => cipher.IntegrityLimit;

        public override void Seal(
            ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
        {
            watch.Note(key, sequence);
            cipher.Seal(sequence, header, plaintext, contentType, record);
        }

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
