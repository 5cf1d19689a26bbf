using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// AES-GCM with 128-bit instructions only, the same on every processor family: eight blocks at a time, up to 32 hashed
/// before one reduction. What <see cref="WideGcm{TKey}"/> is for wider ones.
/// </summary>
internal static unsafe class NarrowGcm<TKey, TInstructions>
    where TKey : struct, IAesKeySize
    where TInstructions : struct, IGcmInstructions
{
    private const int ChunkBytes = 8 * 16;

    /// <summary>Seals or opens; see <see cref="IGcmKernel"/>. Opening, <paramref name="source"/> is the body.</summary>
    /// <returns>Sealing the mask of the record number; opening whether the tag matches.</returns>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Run<TDirection>(
        byte* tables, ulong sequence, byte* header, int headerLength, byte* source, int innerLength, byte contentType, byte* body)
        where TDirection : struct, IGcmDirection
    {
        int full = (innerLength - 1) >> 4;
        int rest = innerLength - (full << 4);

        // Read before anything is written: in place the tail lies behind ciphertext, and before it the tag.
        Vector128<byte> tail;
        Vector128<byte> tag = default;
        if (TDirection.IsSeal)
        {
            tail = GcmBlock.LoadPartial(source + (full << 4), rest - 1);
            tail |= Vector128.AndNot(GcmBlock.Mask(rest), GcmBlock.Mask(rest - 1)) & Vector128.Create(contentType);
        }
        else
        {
            tail = Vector128.Load(source + (full << 4));
            tag = Vector128.Load(source + innerLength);
        }

        // RFC 8446 §5.3: the IV, its last 8 bytes combined with the sequence number.
        ulong number = BinaryPrimitives.ReverseEndianness(sequence);
        Vector128<byte> nonce = Vector128.Load(tables + GcmTables.Iv)
            ^ Vector128.Create(0, (uint)number, (uint)(number >> 32), 0).AsByte();

        // The hash runs over header, ciphertext and lengths.
        byte* end = tables + GcmTables.PowersEnd;
        int toHash = full + 3;
        byte* power = end - (toHash <= GcmTables.PowerCount ? toHash << 4 : 25 << 4);
        Vector128<ulong> low = default;
        Vector128<ulong> middle = default;
        Vector128<ulong> high = default;
        Hash(GcmKeys<TKey, TInstructions>.HashHeader(tables, header, headerLength), power, ref low, ref middle, ref high);
        power += 16;
        Vector128<ulong> carry = default;
        byte* toRead = source;
        byte* output = body;
        byte* keyStream = stackalloc byte[ChunkBytes];
        uint counter = 2;
        for (int chunk = full >> 3; chunk > 0; chunk--)
        {
            MakeKeyStream(tables, nonce, counter, keyStream);
            counter += 8;
            for (int i = 0; i < ChunkBytes; i += 16)
            {
                Vector128<byte> read = Vector128.Load(toRead + i);
                Vector128<byte> written = read ^ Vector128.Load(keyStream + i);
                written.Store(output + i);
                carry ^= GcmKeys<TKey, TInstructions>.Reverse(TDirection.IsSeal ? written : read);
                Hash(carry, power + i, ref low, ref middle, ref high);
                carry = default;
            }

            toRead += ChunkBytes;
            output += ChunkBytes;
            power += ChunkBytes;
            if (power == end)
            {
                carry = GcmKeys<TKey, TInstructions>.Reduce(low, middle, high);
                low = middle = high = default;
                power = end - (GcmTables.GroupLength(full - ((int)(output - body) >> 4)) << 4);
            }
        }

        MakeKeyStream(tables, nonce, counter, keyStream);
        byte* stream = keyStream;
        for (int left = full & 7; left > 0; left--)
        {
            Vector128<byte> read = Vector128.Load(toRead);
            Vector128<byte> written = read ^ Vector128.Load(stream);
            written.Store(output);
            carry ^= GcmKeys<TKey, TInstructions>.Reverse(TDirection.IsSeal ? written : read);
            Hash(carry, power, ref low, ref middle, ref high);
            carry = default;
            toRead += 16;
            output += 16;
            stream += 16;
            power += 16;
        }

        Vector128<byte> mask = GcmBlock.Mask(rest);
        Vector128<byte> key = Vector128.Load(stream);
        Vector128<byte> lastWritten = tail ^ (TDirection.IsSeal ? key : key & mask);
        lastWritten.Store(output);
        carry ^= GcmKeys<TKey, TInstructions>.Reverse((TDirection.IsSeal ? lastWritten : tail) & mask);
        Hash(carry, power, ref low, ref middle, ref high);
        Hash(Vector128.Create((ulong)innerLength << 3, (ulong)headerLength << 3), power + 16, ref low, ref middle, ref high);

        Vector128<byte> hidden = TInstructions.Begin(WithCounter(nonce, 1), tables);
        for (int i = 1; i < TKey.Rounds; i++)
            hidden = TInstructions.Round(hidden, tables, i);
        hidden = TInstructions.Finish(hidden, tables, TKey.Rounds)
            ^ GcmKeys<TKey, TInstructions>.Reverse(GcmKeys<TKey, TInstructions>.Reduce(low, middle, high).AsByte()).AsByte();
        if (!TDirection.IsSeal)
            return hidden == tag ? 1u : 0u;
        hidden.Store(body + innerLength);
        return GcmKeys<TKey, TInstructions>.Mask(tables, Vector128.Load(body));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> WithCounter(Vector128<byte> nonce, uint counter) =>
        nonce.AsUInt32().WithElement(3, BinaryPrimitives.ReverseEndianness(counter)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MakeKeyStream(byte* tables, Vector128<byte> nonce, uint counter, byte* destination)
    {
        Vector128<byte> x0 = TInstructions.Begin(WithCounter(nonce, counter), tables);
        Vector128<byte> x1 = TInstructions.Begin(WithCounter(nonce, counter + 1), tables);
        Vector128<byte> x2 = TInstructions.Begin(WithCounter(nonce, counter + 2), tables);
        Vector128<byte> x3 = TInstructions.Begin(WithCounter(nonce, counter + 3), tables);
        Vector128<byte> x4 = TInstructions.Begin(WithCounter(nonce, counter + 4), tables);
        Vector128<byte> x5 = TInstructions.Begin(WithCounter(nonce, counter + 5), tables);
        Vector128<byte> x6 = TInstructions.Begin(WithCounter(nonce, counter + 6), tables);
        Vector128<byte> x7 = TInstructions.Begin(WithCounter(nonce, counter + 7), tables);
        for (int i = 1; i < TKey.Rounds; i++)
        {
            x0 = TInstructions.Round(x0, tables, i);
            x1 = TInstructions.Round(x1, tables, i);
            x2 = TInstructions.Round(x2, tables, i);
            x3 = TInstructions.Round(x3, tables, i);
            x4 = TInstructions.Round(x4, tables, i);
            x5 = TInstructions.Round(x5, tables, i);
            x6 = TInstructions.Round(x6, tables, i);
            x7 = TInstructions.Round(x7, tables, i);
        }

        TInstructions.Finish(x0, tables, TKey.Rounds).Store(destination);
        TInstructions.Finish(x1, tables, TKey.Rounds).Store(destination + 16);
        TInstructions.Finish(x2, tables, TKey.Rounds).Store(destination + 32);
        TInstructions.Finish(x3, tables, TKey.Rounds).Store(destination + 48);
        TInstructions.Finish(x4, tables, TKey.Rounds).Store(destination + 64);
        TInstructions.Finish(x5, tables, TKey.Rounds).Store(destination + 80);
        TInstructions.Finish(x6, tables, TKey.Rounds).Store(destination + 96);
        TInstructions.Finish(x7, tables, TKey.Rounds).Store(destination + 112);
    }

    /// <summary>Adds the product of a block with a power, unreduced, in the three parts of Karatsuba.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Hash(
        Vector128<ulong> reversed, byte* power, ref Vector128<ulong> low, ref Vector128<ulong> middle, ref Vector128<ulong> high)
    {
        Vector128<ulong> factor = Vector128.Load((ulong*)power);
        low ^= TInstructions.MultiplyLower(reversed, factor);
        high ^= TInstructions.MultiplyUpper(reversed, factor);
        middle ^= TInstructions.MultiplyLower(
            reversed ^ TInstructions.Swap(reversed), Vector128.Load((ulong*)(power + GcmTables.FoldedDistance)));
    }
}
