using System;
using System.Runtime.CompilerServices;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// Where the expanded keys of one direction lie in their native memory, in bytes. Shared by all kernels; the native one
/// is told the same offsets (see native/sockets_gcm.h).
/// </summary>
internal static class GcmTables
{
    /// <summary>Round keys of the AEAD key: 11 or 15 blocks.</summary>
    public const int RoundKeys = 0;

    /// <summary>The static IV, 12 bytes, and four zeros where the block counter goes.</summary>
    public const int Iv = 240;

    /// <summary>Round keys of the record-number key: 11 or 15 blocks.</summary>
    public const int NumberRoundKeys = 256;

    /// <summary>The block counters 0 to 7, each combined with what the kernel adds first.</summary>
    public const int Counters = 512;

    /// <summary>The powers of the hash key from the 32nd down to the first, each divided by x.</summary>
    public const int Powers = 640;

    /// <summary>After the last power.</summary>
    public const int PowersEnd = Powers + (PowerCount * 16);

    /// <summary>For each power the sum of its halves (Karatsuba), this far behind the power.</summary>
    public const int FoldedDistance = PowerCount * 16;

    /// <summary>Blocks hashed before one reduction, at most.</summary>
    public const int PowerCount = 32;

    /// <summary>Bytes of all of it.</summary>
    public const int Size = PowersEnd + FoldedDistance;

    /// <summary>What the memory is aligned to.</summary>
    public const int Alignment = 64;

    /// <summary>
    /// Blocks to hash up to the next reduction: all that is left, with tail and lengths, when the powers suffice; else as
    /// many whole chunks as they suffice for. One more than fits leaves a chunk less than that for the group in between.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int GroupLength(int fullBlocks) =>
        fullBlocks + 2 <= PowerCount ? fullBlocks + 2 : Math.Min(PowerCount, fullBlocks & ~7);
}
