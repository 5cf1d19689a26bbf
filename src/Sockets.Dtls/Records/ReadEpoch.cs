using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Records;

/// <summary>Everything that opening the records of one epoch takes. Owns its cipher.</summary>
internal sealed class ReadEpoch : IDisposable
{
    private readonly RecordCipher _cipher;
    private readonly ReplayWindow _window;
    private ulong _failures;

    public ReadEpoch(ulong epoch, RecordCipher cipher, int replayWindowSize)
    {
        Epoch = epoch;
        _cipher = cipher;
        _window = new ReplayWindow(replayWindowSize);
    }

    /// <summary>The epoch.</summary>
    public ulong Epoch { get; }

    /// <summary>When the keys are thrown away; Never while the epoch is current.</summary>
    public MonotonicTime Expiry { get; set; } = MonotonicTime.Never;

    /// <summary>Whether a record of this epoch was ever accepted.</summary>
    public bool IsUsed => _window.Next != 0;

    /// <summary>Whether so many records failed authentication that the key must go (RFC 9147 §4.5.3).</summary>
    public bool IntegrityLimitReached => _failures >= _cipher.IntegrityLimit;

    /// <summary>Whether it is time to ask the peer for new keys: 7/8 of the limit, told once.</summary>
    public bool IntegrityUpdateDue => _failures == _cipher.IntegrityLimit - (_cipher.IntegrityLimit / 8);

    /// <summary>
    /// Opens one record in place: unmasks and reconstructs the number, checks the replay window, opens, and only then
    /// commits the number.
    /// </summary>
    /// <param name="header">The header at the start of <paramref name="record"/>.</param>
    /// <param name="record">Header and ciphertext; overwritten.</param>
    /// <param name="result">Number, type and content when the record was accepted; else the reason it was not.</param>
    /// <returns>Whether the record was accepted.</returns>
    public bool TryOpen(scoped in UnifiedHeader header, Span<byte> record, out OpenedRecord result)
    {
        RecordHeaderLayout layout = header.Layout;
        Span<byte> ciphertext = record.Slice(layout.Length, header.CiphertextLength);

        // Tag and content type at least; the mask needs 16 bytes of ciphertext (RFC 9147 §4.2.3).
        if (ciphertext.Length < Math.Max(_cipher.Overhead + 1, 16))
        {
            result = new OpenedRecord(DiscardReason.TooShort);
            return false;
        }

        Span<byte> mask = stackalloc byte[2];
        mask = mask[..layout.NumberLength];
        _cipher.ComputeMask(ciphertext[..16], mask);
        Span<byte> numberBytes = record.Slice(layout.NumberOffset, layout.NumberLength);
        uint truncated = 0;
        for (int i = 0; i < numberBytes.Length; i++)
        {
            numberBytes[i] ^= mask[i];
            truncated = (truncated << 8) | numberBytes[i];
        }

        ulong sequence = RecordNumber.Reconstruct(_window.Next, truncated, 8 * numberBytes.Length);
        ReplayVerdict verdict = _window.Check(sequence);
        if (verdict != ReplayVerdict.Fresh)
        {
            result = new OpenedRecord(verdict == ReplayVerdict.Seen ? DiscardReason.Replayed : DiscardReason.TooOld);
            return false;
        }

        if (!_cipher.TryOpen(sequence, record[..layout.Length], ciphertext))
        {
            _failures++;
            result = new OpenedRecord(DiscardReason.AuthenticationFailed);
            return false;
        }

        _window.Commit(sequence);
        Span<byte> inner = ciphertext[..^_cipher.Overhead];
        int typeIndex = inner.LastIndexOfAnyExcept((byte)0);
        result = typeIndex < 0
            ? new OpenedRecord(new RecordNumber(Epoch, sequence), ContentType.Invalid, default)
            : new OpenedRecord(new RecordNumber(Epoch, sequence), (ContentType)inner[typeIndex], inner[..typeIndex]);
        return true;
    }

    public void Dispose() => _cipher.Dispose();
}
