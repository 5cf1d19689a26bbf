using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>
/// The ChaCha20 block function (RFC 8439 §2.3), which the platform does not offer by itself. Additions, exclusive-ors
/// and rotations by constants only: the time does not depend on key or input.
/// </summary>
/// <remarks>
/// The state is four rows of four words; a row is a vector, so that the four quarter rounds of a column round are one
/// operation, and turning the rows makes columns of the diagonals.
/// </remarks>
internal static class ChaCha20Block
{
    private const int DoubleRounds = 10;

    private static Vector128<uint> Constants => Vector128.Create(0x61707865u, 0x3320646E, 0x79622D32, 0x6B206574);

    /// <summary>The first four bytes of the block, as a little-endian word.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counterAndNonce">4 bytes of counter, little endian, and 12 of nonce.</param>
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

    private static Vector128<uint> Load(ReadOnlySpan<byte> row) => Vector128.Create(
        BinaryPrimitives.ReadUInt32LittleEndian(row),
        BinaryPrimitives.ReadUInt32LittleEndian(row[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(row[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(row[12..]));

    private static void Store(Vector128<uint> row, Span<byte> destination)
    {
        for (int i = 0; i < Vector128<uint>.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(4 * i)..], row[i]);
    }

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
        d = (d << 16) | (d >>> 16);
        c += d;
        b ^= c;
        b = (b << 12) | (b >>> 20);
        a += b;
        d ^= a;
        d = (d << 8) | (d >>> 24);
        c += d;
        b ^= c;
        b = (b << 7) | (b >>> 25);
    }
}
