using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>Blocks that are not full, read and masked without a byte more than there is and without a branch on content.</summary>
internal static unsafe class GcmBlock
{
    // Sixteen bytes from 16 - n on: n ones, then zeros.
    private static ReadOnlySpan<byte> Ones =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>A block of <paramref name="count"/> (0 to 16) bytes of ones, then zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Mask(int count) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Ones), (nuint)(16 - count));

    /// <summary>
    /// Reads a header of less than 16 bytes. The usual ones have just been written as a byte and 16-bit numbers (RFC 9147
    /// §4): read in other pieces they would have to wait until those reach the cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LoadHeader(byte* header, int length)
    {
        if (length == 5)
        {
            return Vector128.CreateScalar(
                header[0]
                    | ((ulong)Unsafe.ReadUnaligned<ushort>(header + 1) << 8)
                    | ((ulong)Unsafe.ReadUnaligned<ushort>(header + 3) << 24)).AsByte();
        }

        return length == 3
            ? Vector128.CreateScalar(header[0] | ((ulong)Unsafe.ReadUnaligned<ushort>(header + 1) << 8)).AsByte()
            : LoadPartial(header, length);
    }

    /// <summary>Reads <paramref name="count"/> (0 to 15) bytes into a block of zeros. Reads nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LoadPartial(byte* source, int count)
    {
        ulong low;
        ulong high = 0;
        if (count >= 8)
        {
            low = Unsafe.ReadUnaligned<ulong>(source);
            if (count > 8)
                high = Unsafe.ReadUnaligned<ulong>(source + count - 8) >> (8 * (16 - count));
        }
        else if (count >= 4)
        {
            low = Unsafe.ReadUnaligned<uint>(source) | ((ulong)Unsafe.ReadUnaligned<uint>(source + count - 4) << (8 * (count - 4)));
        }
        else if (count > 0)
        {
            low = source[0] | ((ulong)source[count >> 1] << (8 * (count >> 1))) | ((ulong)source[count - 1] << (8 * (count - 1)));
        }
        else
        {
            low = 0;
        }

        return Vector128.Create(low, high).AsByte();
    }
}
