using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sockets.Dtls.Crypto.Hardware;

/// <content>The hash: products of pairs of blocks, added up and reduced seldom.</content>
internal static unsafe partial class WideGcm<TKey>
{
    private static Vector256<byte> PairReversal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Hash(
        byte* blocks, byte* power, Vector256<byte> carry, ref Vector256<ulong> low, ref Vector256<ulong> middle, ref Vector256<ulong> high) =>
        Hash(Avx2.Shuffle(Avx.LoadVector256(blocks), PairReversal) ^ carry, power, ref low, ref middle, ref high);

    /// <summary>Adds the products of two blocks with two powers, unreduced, in the three parts of Karatsuba.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Hash(
        Vector256<byte> reversed, byte* power, ref Vector256<ulong> low, ref Vector256<ulong> middle, ref Vector256<ulong> high)
    {
        Vector256<ulong> blocks = reversed.AsUInt64();
        Vector256<ulong> powers = Avx.LoadVector256((ulong*)power);
        Vector256<ulong> folded = Avx.LoadVector256((ulong*)(power + GcmTables.FoldedDistance));
        low ^= Pclmulqdq.V256.CarrylessMultiply(blocks, powers, 0x00);
        high ^= Pclmulqdq.V256.CarrylessMultiply(blocks, powers, 0x11);
        middle ^= Pclmulqdq.V256.CarrylessMultiply(
            blocks ^ Avx2.Shuffle(blocks.AsUInt32(), 0x4E).AsUInt64(), folded, 0x00);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NextGroup(
        byte* tables,
        int full,
        int done,
        out byte* power,
        ref Vector256<byte> carry,
        ref Vector256<ulong> low,
        ref Vector256<ulong> middle,
        ref Vector256<ulong> high)
    {
        carry = Reduce(low, middle, high).AsByte().ToVector256();
        low = default;
        middle = default;
        high = default;
        power = tables + GcmTables.PowersEnd - (GcmTables.GroupLength(full - done) << 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reduce(Vector256<ulong> low, Vector256<ulong> middle, Vector256<ulong> high) =>
        GcmKeys<TKey, X64Instructions>.Reduce(
            low.GetLower() ^ low.GetUpper(), middle.GetLower() ^ middle.GetUpper(), high.GetLower() ^ high.GetUpper());
}
