using System;
using System.Buffers.Binary;
using System.Numerics;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>
/// The ChaCha20 block function (RFC 8439 §2.3), which the platform does not offer by itself. Additions, exclusive-ors
/// and rotations by constants only: the time does not depend on key or input.
/// </summary>
internal static class ChaCha20Block
{
    private const int Words = 16;
    private const int DoubleRounds = 10;

    /// <summary>The first four bytes of the block, as a little-endian word.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counterAndNonce">4 bytes of counter, little endian, and 12 of nonce.</param>
    public static uint FirstWord(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counterAndNonce)
    {
        Span<uint> state = stackalloc uint[Words];
        Load(key, counterAndNonce, state);
        uint first = state[0];
        Permute(state);
        uint result = state[0] + first;
        state.Clear();
        return result;
    }

    /// <summary>The whole block of 64 bytes.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counterAndNonce">4 bytes of counter, little endian, and 12 of nonce.</param>
    /// <param name="block">64 bytes.</param>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counterAndNonce, Span<byte> block)
    {
        Span<uint> initial = stackalloc uint[Words];
        Span<uint> state = stackalloc uint[Words];
        Load(key, counterAndNonce, initial);
        initial.CopyTo(state);
        Permute(state);
        for (int i = 0; i < Words; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], state[i] + initial[i]);
        initial.Clear();
        state.Clear();
    }

    private static void Load(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counterAndNonce, Span<uint> state)
    {
        state[0] = 0x61707865;
        state[1] = 0x3320646E;
        state[2] = 0x79622D32;
        state[3] = 0x6B206574;
        for (int i = 0; i < 8; i++)
            state[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        for (int i = 0; i < 4; i++)
            state[12 + i] = BinaryPrimitives.ReadUInt32LittleEndian(counterAndNonce[(4 * i)..]);
    }

    private static void Permute(Span<uint> s)
    {
        for (int i = 0; i < DoubleRounds; i++)
        {
            QuarterRound(ref s[0], ref s[4], ref s[8], ref s[12]);
            QuarterRound(ref s[1], ref s[5], ref s[9], ref s[13]);
            QuarterRound(ref s[2], ref s[6], ref s[10], ref s[14]);
            QuarterRound(ref s[3], ref s[7], ref s[11], ref s[15]);
            QuarterRound(ref s[0], ref s[5], ref s[10], ref s[15]);
            QuarterRound(ref s[1], ref s[6], ref s[11], ref s[12]);
            QuarterRound(ref s[2], ref s[7], ref s[8], ref s[13]);
            QuarterRound(ref s[3], ref s[4], ref s[9], ref s[14]);
        }
    }

    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 16);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 12);
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 8);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 7);
    }
}
