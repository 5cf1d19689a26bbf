using System.Runtime.Intrinsics;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>The instructions of one processor family, as a type argument.</summary>
internal unsafe interface IGcmInstructions
{
    /// <summary>What happens to a block before the first round.</summary>
    static abstract Vector128<byte> Begin(Vector128<byte> block, byte* roundKeys);

    /// <summary>A round; <paramref name="round"/> counts from 1.</summary>
    static abstract Vector128<byte> Round(Vector128<byte> block, byte* roundKeys, int round);

    /// <summary>The last round, which mixes no columns.</summary>
    static abstract Vector128<byte> Finish(Vector128<byte> block, byte* roundKeys, int rounds);

    /// <summary>The S-box on each byte of four equal words (FIPS 197 §5.2).</summary>
    static abstract Vector128<byte> SubstituteWord(Vector128<byte> word);

    /// <summary>The carry-less product of the lower halves.</summary>
    static abstract Vector128<ulong> MultiplyLower(Vector128<ulong> left, Vector128<ulong> right);

    /// <summary>The carry-less product of the upper halves.</summary>
    static abstract Vector128<ulong> MultiplyUpper(Vector128<ulong> left, Vector128<ulong> right);

    /// <summary>Exchanges the halves.</summary>
    static abstract Vector128<ulong> Swap(Vector128<ulong> value);
}
