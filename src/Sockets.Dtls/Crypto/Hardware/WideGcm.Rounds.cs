using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sockets.Dtls.Crypto.Hardware;

/// <content>All rounds but the last of up to eight blocks and the one that hides the tag, written out by threes.</content>
internal static unsafe partial class WideGcm<TKey>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(byte* tables, ref Vector128<byte> hidden, ref Vector128<byte> x0)
    {
        for (byte* keys = tables + 16; keys < tables + 160; keys += 48)
        {
            Round(keys, ref hidden, ref x0);
            Round(keys + 16, ref hidden, ref x0);
            Round(keys + 32, ref hidden, ref x0);
        }

        for (byte* keys = tables + 160; keys < tables + (TKey.Rounds << 4); keys += 16)
            Round(keys, ref hidden, ref x0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(byte* keys, ref Vector128<byte> hidden, ref Vector128<byte> x0)
    {
        Vector128<byte> key = Sse2.LoadVector128(keys);
        hidden = Aes.Encrypt(hidden, key);
        x0 = Aes.Encrypt(x0, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(byte* tables, ref Vector128<byte> hidden, ref Vector128<byte> x0, ref Vector128<byte> x1)
    {
        for (byte* keys = tables + 16; keys < tables + 160; keys += 48)
        {
            Round(keys, ref hidden, ref x0, ref x1);
            Round(keys + 16, ref hidden, ref x0, ref x1);
            Round(keys + 32, ref hidden, ref x0, ref x1);
        }

        for (byte* keys = tables + 160; keys < tables + (TKey.Rounds << 4); keys += 16)
            Round(keys, ref hidden, ref x0, ref x1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(byte* keys, ref Vector128<byte> hidden, ref Vector128<byte> x0, ref Vector128<byte> x1)
    {
        Vector128<byte> key = Sse2.LoadVector128(keys);
        hidden = Aes.Encrypt(hidden, key);
        x0 = Aes.Encrypt(x0, key);
        x1 = Aes.Encrypt(x1, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        byte* tables,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2)
    {
        for (byte* keys = tables + 16; keys < tables + 160; keys += 48)
        {
            Round(keys, ref hidden, ref x0, ref x1, ref x2);
            Round(keys + 16, ref hidden, ref x0, ref x1, ref x2);
            Round(keys + 32, ref hidden, ref x0, ref x1, ref x2);
        }

        for (byte* keys = tables + 160; keys < tables + (TKey.Rounds << 4); keys += 16)
            Round(keys, ref hidden, ref x0, ref x1, ref x2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        byte* keys,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2)
    {
        Vector128<byte> key = Sse2.LoadVector128(keys);
        hidden = Aes.Encrypt(hidden, key);
        x0 = Aes.Encrypt(x0, key);
        x1 = Aes.Encrypt(x1, key);
        x2 = Aes.Encrypt(x2, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        byte* tables,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3)
    {
        for (byte* keys = tables + 16; keys < tables + 160; keys += 48)
        {
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3);
            Round(keys + 16, ref hidden, ref x0, ref x1, ref x2, ref x3);
            Round(keys + 32, ref hidden, ref x0, ref x1, ref x2, ref x3);
        }

        for (byte* keys = tables + 160; keys < tables + (TKey.Rounds << 4); keys += 16)
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        byte* keys,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3)
    {
        Vector128<byte> key = Sse2.LoadVector128(keys);
        hidden = Aes.Encrypt(hidden, key);
        x0 = Aes.Encrypt(x0, key);
        x1 = Aes.Encrypt(x1, key);
        x2 = Aes.Encrypt(x2, key);
        x3 = Aes.Encrypt(x3, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        byte* tables,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4)
    {
        for (byte* keys = tables + 16; keys < tables + 160; keys += 48)
        {
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4);
            Round(keys + 16, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4);
            Round(keys + 32, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4);
        }

        for (byte* keys = tables + 160; keys < tables + (TKey.Rounds << 4); keys += 16)
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        byte* keys,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4)
    {
        Vector128<byte> key = Sse2.LoadVector128(keys);
        hidden = Aes.Encrypt(hidden, key);
        x0 = Aes.Encrypt(x0, key);
        x1 = Aes.Encrypt(x1, key);
        x2 = Aes.Encrypt(x2, key);
        x3 = Aes.Encrypt(x3, key);
        x4 = Aes.Encrypt(x4, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        byte* tables,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4,
        ref Vector128<byte> x5)
    {
        for (byte* keys = tables + 16; keys < tables + 160; keys += 48)
        {
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5);
            Round(keys + 16, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5);
            Round(keys + 32, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5);
        }

        for (byte* keys = tables + 160; keys < tables + (TKey.Rounds << 4); keys += 16)
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        byte* keys,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4,
        ref Vector128<byte> x5)
    {
        Vector128<byte> key = Sse2.LoadVector128(keys);
        hidden = Aes.Encrypt(hidden, key);
        x0 = Aes.Encrypt(x0, key);
        x1 = Aes.Encrypt(x1, key);
        x2 = Aes.Encrypt(x2, key);
        x3 = Aes.Encrypt(x3, key);
        x4 = Aes.Encrypt(x4, key);
        x5 = Aes.Encrypt(x5, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        byte* tables,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4,
        ref Vector128<byte> x5,
        ref Vector128<byte> x6)
    {
        for (byte* keys = tables + 16; keys < tables + 160; keys += 48)
        {
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6);
            Round(keys + 16, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6);
            Round(keys + 32, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6);
        }

        for (byte* keys = tables + 160; keys < tables + (TKey.Rounds << 4); keys += 16)
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        byte* keys,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4,
        ref Vector128<byte> x5,
        ref Vector128<byte> x6)
    {
        Vector128<byte> key = Sse2.LoadVector128(keys);
        hidden = Aes.Encrypt(hidden, key);
        x0 = Aes.Encrypt(x0, key);
        x1 = Aes.Encrypt(x1, key);
        x2 = Aes.Encrypt(x2, key);
        x3 = Aes.Encrypt(x3, key);
        x4 = Aes.Encrypt(x4, key);
        x5 = Aes.Encrypt(x5, key);
        x6 = Aes.Encrypt(x6, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        byte* tables,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4,
        ref Vector128<byte> x5,
        ref Vector128<byte> x6,
        ref Vector128<byte> x7)
    {
        for (byte* keys = tables + 16; keys < tables + 160; keys += 48)
        {
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            Round(keys + 16, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            Round(keys + 32, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
        }

        for (byte* keys = tables + 160; keys < tables + (TKey.Rounds << 4); keys += 16)
            Round(keys, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        byte* keys,
        ref Vector128<byte> hidden,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4,
        ref Vector128<byte> x5,
        ref Vector128<byte> x6,
        ref Vector128<byte> x7)
    {
        Vector128<byte> key = Sse2.LoadVector128(keys);
        hidden = Aes.Encrypt(hidden, key);
        x0 = Aes.Encrypt(x0, key);
        x1 = Aes.Encrypt(x1, key);
        x2 = Aes.Encrypt(x2, key);
        x3 = Aes.Encrypt(x3, key);
        x4 = Aes.Encrypt(x4, key);
        x5 = Aes.Encrypt(x5, key);
        x6 = Aes.Encrypt(x6, key);
        x7 = Aes.Encrypt(x7, key);
    }
}
