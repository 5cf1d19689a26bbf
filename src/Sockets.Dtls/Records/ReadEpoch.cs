using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Records;

/// <summary>Everything that opening the records of one epoch takes. Owns its cipher.</summary>
internal sealed class ReadEpoch : IDisposable
{
    private readonly RecordCipher _cipher;
    private readonly ReplayWindow _window;
    private readonly int _overhead;
    private ulong _failures;

    public ReadEpoch(ulong epoch, RecordCipher cipher, int replayWindowSize)
    {
        Epoch = epoch;
        _cipher = cipher;
        _overhead = cipher.Overhead;
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
        if (ciphertext.Length < Math.Max(_overhead + 1, 16))
        {
            return Refuse(DiscardReason.TooShort, out result);
        }

        // Mostly it is the next one. Once that is asked, everything goes on from what was expected and not from what was
        // unmasked: the processor guesses the answer and opens the record while the mask is still being made.
        uint mask = _cipher.GetMask(ciphertext);
        Span<byte> number = record.Slice(layout.NumberOffset, layout.NumberLength);
        ulong sequence = _window.Next;
        if (layout.NumberLength == 2)
        {
            ushort truncated = BinaryPrimitives.ReverseEndianness((ushort)(BinaryPrimitives.ReadUInt16LittleEndian(number) ^ mask));
            if (truncated != (ushort)sequence)
                sequence = RecordNumber.Reconstruct(sequence, truncated, 16);
            BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)sequence);
        }
        else
        {
            byte truncated = (byte)(number[0] ^ mask);
            if (truncated != (byte)sequence)
                sequence = RecordNumber.Reconstruct(sequence, truncated, 8);
            number[0] = (byte)sequence;
        }

        ReplayVerdict verdict = _window.Check(sequence);
        if (verdict != ReplayVerdict.Fresh)
            return Refuse(verdict == ReplayVerdict.Seen ? DiscardReason.Replayed : DiscardReason.TooOld, out result);

        if (!_cipher.TryOpen(sequence, record[..layout.Length], ciphertext))
        {
            _failures++;
            return Refuse(DiscardReason.AuthenticationFailed, out result);
        }

        _window.Commit(sequence);
        Span<byte> inner = ciphertext[..^_overhead];
        int typeIndex = inner.Length - 1;
        if (inner[typeIndex] == 0)
            typeIndex = inner.LastIndexOfAnyExcept((byte)0);
        if (typeIndex < 0)
            result = new OpenedRecord(new RecordNumber(Epoch, sequence), ContentType.Invalid, default);
        else
            result = new OpenedRecord(new RecordNumber(Epoch, sequence), (ContentType)inner[typeIndex], inner[..typeIndex]);
        return true;
    }

    /// <summary>Gives back what the next record makes anew.</summary>
    public void ReleaseTables() => _cipher.ReleaseTables();

    public void Dispose() => _cipher.Dispose();

    // Apart, so that the way of the accepted record clears no results that it does not return.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Refuse(DiscardReason reason, out OpenedRecord result)
    {
        result = new OpenedRecord(reason);
        return false;
    }
}
