using System;

namespace Sockets.Dtls.Records;

/// <summary>Epoch and sequence number of a record: what an ACK names (RFC 9147 §4, §7).</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Sequence">The sequence number within the epoch, below 2^48.</param>
internal readonly record struct RecordNumber(ulong Epoch, ulong Sequence) : IComparable<RecordNumber>
{
    /// <summary>The largest sequence number: 48 bits (RFC 9147 §4.2.1 forbids wrapping).</summary>
    public const ulong MaxSequence = (1UL << 48) - 1;

    /// <summary>Orders by epoch, then sequence, as an ACK lists them.</summary>
    public int CompareTo(RecordNumber other)
    {
        int byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : Sequence.CompareTo(other.Sequence);
    }

    /// <summary>
    /// Reconstructs a sequence number from its low bits: the number closest to <paramref name="expected"/>, which is
    /// one more than the largest deprotected so far (RFC 9147 §4.2.2).
    /// </summary>
    /// <param name="expected">The number that would come next without loss.</param>
    /// <param name="truncated">The bits on the wire.</param>
    /// <param name="bits">How many: 8 or 16.</param>
    public static ulong Reconstruct(ulong expected, uint truncated, int bits)
    {
        ulong step = 1UL << bits;
        ulong candidate = (expected & ~(step - 1)) | truncated;
        if (candidate > expected && candidate - expected > step / 2 && candidate >= step)
            return candidate - step;
        if (candidate < expected && expected - candidate > step / 2 && candidate + step <= MaxSequence)
            return candidate + step;
        return candidate;
    }
}
