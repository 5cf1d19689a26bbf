using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sockets.Dtls.Crypto;

/// <summary>
/// The ChaCha20 block function (RFC 8439 §2.3), which the platform does not offer by itself and libcrypto at twice the
/// price. Additions, exclusive-ors and rotations by constants only: the time does not depend on key or input.
/// </summary>
/// <remarks>
/// The state is four rows of four words; a row is a vector, so that the four quarter rounds of a column round are one
/// operation, and turning the rows makes columns of the diagonals. Nothing but the order of operations bounds it: rotations
/// by whole bytes as one shuffle make 92 ns 85, the rotations of AVX-512 79.
/// </remarks>
internal static class ChaCha20Block
{
    private const int DoubleRounds = 10;

    private static Vector128<uint> Constants => Vector128.Create(0x61707865u, 0x3320646E, 0x79622D32, 0x6B206574);

    /// <summary>The first four bytes of the block, as a little-endian word.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counterAndNonce">4 bytes of counter, little endian, and 12 of nonce.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint FirstWord(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counterAndNonce)
    {
        Vector128<uint> a = Constants;
        Vector128<uint> b = Load(key);
        Vector128<uint> c = Load(key[16..]);
        Vector128<uint> d = Load(counterAndNonce);
        Permute(ref a, ref b, ref c, ref d);
        return a[0] + Constants[0];
    }

    /// <summary>The whole block of 64 bytes.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counterAndNonce">4 bytes of counter, little endian, and 12 of nonce.</param>
    /// <param name="block">64 bytes.</param>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counterAndNonce, Span<byte> block)
    {
        Vector128<uint> a = Constants;
        Vector128<uint> b = Load(key);
        Vector128<uint> c = Load(key[16..]);
        Vector128<uint> d = Load(counterAndNonce);
        Permute(ref a, ref b, ref c, ref d);
        Store(a + Constants, block);
        Store(b + Load(key), block[16..]);
        Store(c + Load(key[16..]), block[32..]);
        Store(d + Load(counterAndNonce), block[48..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Load(ReadOnlySpan<byte> row)
    {
        Vector128<byte> bytes = Vector128.Create(row);
        return BitConverter.IsLittleEndian
            ? bytes.AsUInt32()
            : Vector128.Shuffle(bytes, Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();
    }

    private static void Store(Vector128<uint> row, Span<byte> destination)
    {
        for (int i = 0; i < Vector128<uint>.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(4 * i)..], row[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Permute(ref Vector128<uint> a0, ref Vector128<uint> b0, ref Vector128<uint> c0, ref Vector128<uint> d0)
    {
        Vector128<uint> a = a0;
        Vector128<uint> b = b0;
        Vector128<uint> c = c0;
        Vector128<uint> d = d0;
        for (int i = 0; i < DoubleRounds; i++)
        {
            QuarterRounds(ref a, ref b, ref c, ref d);
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            QuarterRounds(ref a, ref b, ref c, ref d);
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
        }

        a0 = a;
        b0 = b;
        c0 = c;
        d0 = d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRounds(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a += b;
        d ^= a;
        d = RotateLeft16(d);
        c += d;
        b ^= c;
        b = RotateLeft(b, 12);
        a += b;
        d ^= a;
        d = RotateLeft8(d);
        c += d;
        b ^= c;
        b = RotateLeft(b, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateLeft(Vector128<uint> row, [ConstantExpected] byte count) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(row, count) : (row << count) | (row >>> (32 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateLeft16(Vector128<uint> row) => Avx512F.VL.IsSupported || !BitConverter.IsLittleEndian
        ? RotateLeft(row, 16)
        : Vector128.Shuffle(row.AsByte(), Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateLeft8(Vector128<uint> row) => Avx512F.VL.IsSupported || !BitConverter.IsLittleEndian
        ? RotateLeft(row, 8)
        : Vector128.Shuffle(row.AsByte(), Vector128.Create((byte)3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14)).AsUInt32();
}
