using System;
using System.Numerics;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// Which bytes of a message are there (received or acknowledged): one bit a byte, so that overlaps cost nothing and
/// the memory is fixed by the message's length. An empty message counts as one byte.
/// </summary>
internal sealed class ByteRanges
{
    private readonly ulong[] _words;
    private int _missing;

    public ByteRanges(int messageLength)
    {
        _missing = Math.Max(messageLength, 1);
        _words = new ulong[(_missing + 63) / 64];
    }

    /// <summary>Whether every byte is there.</summary>
    public bool IsComplete => _missing == 0;

    /// <summary>Whether no byte is there.</summary>
    public bool IsEmpty => Array.TrueForAll(_words, word => word == 0);

    /// <summary>Adds <c>[start, end)</c>.</summary>
    /// <returns>Whether any of it was missing.</returns>
    public bool Add(int start, int end)
    {
        int before = _missing;
        for (int index = start; index < end;)
        {
            int word = index / 64;
            int first = index % 64;
            int count = Math.Min(64 - first, end - index);
            ulong mask = (count == 64 ? ulong.MaxValue : (1UL << count) - 1) << first;
            _missing -= BitOperations.PopCount(mask & ~_words[word]);
            _words[word] |= mask;
            index += count;
        }

        return _missing != before;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear(int messageLength)
    {
        Array.Clear(_words);
        _missing = Math.Max(messageLength, 1);
    }

    /// <summary>The first run of missing bytes at or after <paramref name="start"/>, cut at <paramref name="length"/>.</summary>
    public bool TryFindMissing(int start, int length, out int runStart, out int runEnd)
    {
        runStart = Find(start, length, isSet: false);
        runEnd = Find(runStart, length, isSet: true);
        return runStart < length;
    }

    /// <summary>The first byte from <paramref name="index"/> on that is there or is not; <paramref name="length"/> when there is none.</summary>
    private int Find(int index, int length, bool isSet)
    {
        while (index < length)
        {
            ulong word = (isSet ? _words[index / 64] : ~_words[index / 64]) >> (index % 64);
            if (word != 0)
                return Math.Min(index + BitOperations.TrailingZeroCount(word), length);
            index = (index | 63) + 1;
        }

        return length;
    }
}
