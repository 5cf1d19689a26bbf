using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Records;

/// <summary>Everything that opening the records of one epoch takes. Owns its cipher.</summary>
internal sealed class ReadEpoch : IDisposable
{
    private readonly RecordCipher _cipher;
    private readonly ReplayWindow _window;
    private readonly int _overhead;

    // The tag at least; the mask needs 16 bytes of ciphertext (RFC 9147 §4.2.3).
    private readonly int _leastCiphertext;
    private ulong _failures;

    public ReadEpoch(ulong epoch, RecordCipher cipher, int replayWindowSize)
    {
        Epoch = epoch;
        _cipher = cipher;
        _overhead = cipher.Overhead;
        _leastCiphertext = Math.Max(_overhead, 16);
        _window = new ReplayWindow(replayWindowSize);
    }

    /// <summary>The epoch.</summary>
    public ulong Epoch { get; }

    /// <summary>The traffic secret, where the association may be saved; else null. Pinned; zeroed with the keys.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>What was accepted of it.</summary>
    public ReplayWindow Window => _window;

    /// <summary>Records that failed authentication.</summary>
    public ulong Failures => _failures;

    /// <summary>When the keys are thrown away; Never while the epoch is current.</summary>
    public MonotonicTime Expiry { get; set; } = MonotonicTime.Never;

    /// <summary>Whether a record that was accepted just now is the newest of its epoch.</summary>
    public bool IsNewest(ulong sequence) => _window.Next == sequence + 1;

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
        int headerLength = header.Layout.Length;
        Span<byte> ciphertext = record.Slice(headerLength, header.CiphertextLength);
        if (ciphertext.Length < _leastCiphertext)
            return Refuse(DiscardReason.TooShort, out result);

        // Mostly it is the next one. Once that is asked, everything goes on from what was expected and not from what was
        // unmasked: the processor guesses the answer and opens the record while the mask is still being made.
        uint mask = _cipher.GetMask(ciphertext);
        Span<byte> number = record.Slice(header.Layout.NumberOffset, header.Layout.NumberLength);
        ulong expected = _window.Next;
        ulong sequence = expected;
        if (number.Length == 2)
        {
            ushort truncated = BinaryPrimitives.ReverseEndianness((ushort)(BinaryPrimitives.ReadUInt16LittleEndian(number) ^ mask));
            if (truncated != (ushort)sequence)
                sequence = RecordNumber.Reconstruct(expected, truncated, 16);
            BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)sequence);
        }
        else
        {
            byte truncated = (byte)(number[0] ^ mask);
            if (truncated != (byte)sequence)
                sequence = RecordNumber.Reconstruct(expected, truncated, 8);
            number[0] = (byte)sequence;
        }

        // What is expected has not been seen.
        if (sequence != expected)
        {
            ReplayVerdict verdict = _window.Check(sequence);
            if (verdict != ReplayVerdict.Fresh)
                return Refuse(verdict == ReplayVerdict.Seen ? DiscardReason.Replayed : DiscardReason.TooOld, out result);
        }

        if (!_cipher.TryOpen(sequence, record[..headerLength], ciphertext))
        {
            _failures++;
            return Refuse(DiscardReason.AuthenticationFailed, out result);
        }

        _window.Commit(sequence);
        int typeIndex = ciphertext.Length - _overhead - 1;
        if (typeIndex >= 0 && ciphertext[typeIndex] == 0)
            typeIndex = ciphertext[..typeIndex].LastIndexOfAnyExcept((byte)0);
        if (typeIndex < 0)
            result = new OpenedRecord(new RecordNumber(Epoch, sequence), ContentType.Invalid, default);
        else
            result = new OpenedRecord(new RecordNumber(Epoch, sequence), (ContentType)ciphertext[typeIndex], ciphertext[..typeIndex]);
        return true;
    }

    /// <summary>Goes on where a saved epoch has ended.</summary>
    /// <returns>False when what was saved does not fit.</returns>
    public bool Resume(ulong failures, ulong next, ReadOnlySpan<ulong> words)
    {
        _failures = failures;
        return _window.Resume(next, words);
    }

    /// <summary>Gives back what the next record makes anew.</summary>
    public void ReleaseTables() => _cipher.ReleaseTables();

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(Secret);
    }

    // Apart, so that the way of the accepted record clears no results that it does not return.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Refuse(DiscardReason reason, out OpenedRecord result)
    {
        result = new OpenedRecord(reason);
        return false;
    }
}
