using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sockets.Dtls.Records;

/// <summary>
/// Which of the latest record numbers of one epoch were accepted (RFC 9147 §4.5.1). Two steps: <see cref="Check"/>
/// before the record is opened, <see cref="Commit"/> only after its tag matched, so that a forged record never moves
/// the window.
/// </summary>
internal sealed class ReplayWindow
{
    // A ring of words with at least one more than the window holds (the idea of RFC 6479): moving forward clears whole
    // words and never shifts. Their number is a power of two, so that no record costs a division.
    private readonly ulong[] _words;
    private readonly ulong _size;
    private ulong _next;

    /// <param name="size">Numbers remembered: a multiple of 64.</param>
    public ReplayWindow(int size)
    {
        _size = (ulong)size;
        _words = new ulong[BitOperations.RoundUpToPowerOf2((uint)(size / 64) + 1)];
    }

    /// <summary>One more than the largest number accepted: what reconstruction expects.</summary>
    public ulong Next => _next;

    /// <summary>Numbers remembered.</summary>
    public int Size => (int)_size;

    /// <summary>What was accepted, for <see cref="Resume"/>.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Goes on where another window of the same size has ended.</summary>
    /// <returns>False when it was of another size, or has seen a number of this one already.</returns>
    public bool Resume(ulong next, ReadOnlySpan<ulong> words)
    {
        if (words.Length != _words.Length || _next != 0)
            return false;
        words.CopyTo(_words);
        _next = next;
        return true;
    }

    /// <summary>Whether a number may be accepted. Changes nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplayVerdict Check(ulong sequence)
    {
        if (sequence >= _next)
            return ReplayVerdict.Fresh;
        if (_next - sequence > _size)
            return ReplayVerdict.TooOld;
        return (Word(sequence) & Bit(sequence)) != 0 ? ReplayVerdict.Seen : ReplayVerdict.Fresh;
    }

    /// <summary>Records a number whose record was authenticated. Only after <see cref="Check"/> said it is fresh.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Commit(ulong sequence)
    {
        // The usual record is the next one, and its word is in use already.
        if (sequence == _next && sequence % 64 != 0)
        {
            _next = sequence + 1;
            Word(sequence) |= Bit(sequence);
        }
        else
        {
            CommitElsewhere(sequence);
        }
    }

    private void CommitElsewhere(ulong sequence)
    {
        if (sequence >= _next)
        {
            // Words between the old edge and the new one are stale: clear them, all of them at most once.
            ulong last = _next == 0 ? 0 : (_next - 1) / 64;
            ulong target = sequence / 64;
            ulong stale = Math.Min(target - last, (ulong)_words.Length);
            for (ulong i = 0; i < stale; i++)
                Word((target - i) * 64) = 0;
            _next = sequence + 1;
        }

        Word(sequence) |= Bit(sequence);
    }

    private static ulong Bit(ulong sequence) => 1UL << (int)(sequence % 64);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong Word(ulong sequence) => ref _words[(int)(sequence / 64) & (_words.Length - 1)];
}
