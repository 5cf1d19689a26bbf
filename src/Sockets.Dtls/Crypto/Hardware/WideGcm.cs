using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// AES-GCM on x64 with 128-bit AES and 256-bit carry-less multiplication: eight blocks at a time, up to 32 hashed before
/// one reduction, the content type fused into the last block, the mask of the record number made beside the rest.
/// </summary>
/// <remarks>
/// The hash works on byte-reversed blocks with powers of the hash key divided by x, so that no product has to be shifted
/// (Gueron and Kounavis). Nothing branches on or indexes by anything but lengths.
/// </remarks>
internal static unsafe partial class WideGcm<TKey>
    where TKey : struct, IAesKeySize
{
    private const int Chunk = 8;
    private const int ChunkBytes = Chunk * 16;

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
        int chunks = full >> 3;

        Vector128<ulong> reversed = GcmKeys<TKey, X64Instructions>.HashHeader(tables, header, headerLength);

        // Read before anything is written: in place the tail lies behind ciphertext, and before it the tag.
        Vector128<byte> tail;
        Vector128<byte> tag = default;
        if (TDirection.IsSeal)
        {
            tail = GcmBlock.LoadPartial(source + (full << 4), rest - 1);
            tail |= Sse2.AndNot(GcmBlock.Mask(rest - 1), GcmBlock.Mask(rest)) & Vector128.Create(contentType);
        }
        else
        {
            tail = Sse2.LoadVector128(source + (full << 4));
            tag = Sse2.LoadVector128(source + innerLength);
        }

        // RFC 8446 §5.3: the IV, its last 8 bytes combined with the sequence number.
        Vector128<byte> nonce = Sse2.LoadVector128(tables + GcmTables.Iv)
            ^ Sse2.ShiftLeftLogical128BitLane(Vector128.CreateScalar(BinaryPrimitives.ReverseEndianness(sequence)), 4).AsByte();

        // The hash runs over header, ciphertext and lengths. The first group ends where a chunk ends.
        int toHash = full + 3;
        byte* end = tables + GcmTables.PowersEnd;
        byte* power = end - (toHash <= GcmTables.PowerCount ? toHash << 4 : 25 << 4);
        Vector128<ulong> firstPower = Sse2.LoadVector128((ulong*)power);
        Vector128<ulong> firstFolded = Sse2.LoadVector128((ulong*)(power + GcmTables.FoldedDistance));
        Vector256<ulong> low = default;
        Vector256<ulong> high = Pclmulqdq.CarrylessMultiply(reversed, firstPower, 0x11).ToVector256();
        Vector256<ulong> middle;
        if (headerLength <= 8)
        {
            middle = Pclmulqdq.CarrylessMultiply(reversed, firstFolded, 0x01).ToVector256();
        }
        else
        {
            low = Pclmulqdq.CarrylessMultiply(reversed, firstPower, 0x00).ToVector256();
            middle = Pclmulqdq.CarrylessMultiply(reversed ^ X64Instructions.Swap(reversed), firstFolded, 0x00).ToVector256();
        }

        power += 16;
        Vector256<byte> carry = default;

        byte* output = body;
        byte* toRead = source;
        byte* hashed = body;
        uint counter = 0;
        Vector128<byte> x0, x1, x2, x3, x4, x5, x6, x7;
        if (chunks > 0)
        {
            byte* chunksEnd = source + (chunks * ChunkBytes);
            if (TDirection.IsSeal)
            {
                Vector128<byte> even = WithCounter(nonce, counter);
                counter += Chunk;
                Vector128<byte> odd = WithCounter(nonce, counter);
                Begin(tables, even, odd, out x0, out x1, out x2, out x3, out x4, out x5, out x6, out x7);
                for (int i = 1; i < TKey.Rounds; i++)
                    Round(tables, i, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Finish(tables, toRead, output, x0, x1, x2, x3, x4, x5, x6, x7);
                toRead += ChunkBytes;
                output += ChunkBytes;
            }

            while (toRead < chunksEnd)
            {
                Vector128<byte> even = WithCounter(nonce, counter);
                counter += Chunk;
                Vector128<byte> odd = WithCounter(nonce, counter);
                Begin(tables, even, odd, out x0, out x1, out x2, out x3, out x4, out x5, out x6, out x7);
                Round(tables, 1, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Hash(hashed, power, carry, ref low, ref middle, ref high);
                Round(tables, 2, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Round(tables, 3, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Hash(hashed + 32, power + 32, default, ref low, ref middle, ref high);
                Round(tables, 4, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Round(tables, 5, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Hash(hashed + 64, power + 64, default, ref low, ref middle, ref high);
                Round(tables, 6, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Round(tables, 7, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Hash(hashed + 96, power + 96, default, ref low, ref middle, ref high);
                Round(tables, 8, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                for (int i = 9; i < TKey.Rounds; i++)
                    Round(tables, i, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                hashed += ChunkBytes;
                power += ChunkBytes;
                carry = default;
                if (power == end)
                    NextGroup(tables, full, (int)(hashed - body) >> 4, out power, ref carry, ref low, ref middle, ref high);
                Finish(tables, toRead, output, x0, x1, x2, x3, x4, x5, x6, x7);
                toRead += ChunkBytes;
                output += ChunkBytes;
            }

            if (TDirection.IsSeal)
            {
                Hash(hashed, power, carry, ref low, ref middle, ref high);
                Hash(hashed + 32, power + 32, default, ref low, ref middle, ref high);
                Hash(hashed + 64, power + 64, default, ref low, ref middle, ref high);
                Hash(hashed + 96, power + 96, default, ref low, ref middle, ref high);
                hashed += ChunkBytes;
                power += ChunkBytes;
                carry = default;
                if (power == end)
                    NextGroup(tables, full, (int)(hashed - body) >> 4, out power, ref carry, ref low, ref middle, ref high);
            }
        }

        // What is left: up to seven full blocks, the tail, the block that hides the tag.
        uint mask = 0;
        if (TDirection.IsSeal && chunks > 0)
            mask = GcmKeys<TKey, X64Instructions>.Mask(tables, Vector128.Load(body));
        int left = full & 7;
        byte* counters = tables + GcmTables.Counters;
        Vector128<byte> front = WithCounter(nonce, counter);
        Vector128<byte> hidden = nonce ^ Sse2.LoadVector128(counters + 16);
        Vector128<byte> r0, r1 = default;
        Vector128<byte> sample = default;
        if (left < 2)
        {
            r0 = front ^ Sse2.LoadVector128(counters + 32);
            if ((left & 1) != 0)
            {
                r1 = front ^ Sse2.LoadVector128(counters + 48);
                Rounds(tables, ref hidden, ref r0, ref r1);
            }
            else
            {
                Rounds(tables, ref hidden, ref r0);
            }
        }
        else if (left < 4)
        {
            x0 = front ^ Sse2.LoadVector128(counters + 32);
            x1 = front ^ Sse2.LoadVector128(counters + 48);
            r0 = front ^ Sse2.LoadVector128(counters + 64);
            if ((left & 1) != 0)
            {
                r1 = front ^ Sse2.LoadVector128(counters + 80);
                Rounds(tables, ref hidden, ref x0, ref x1, ref r0, ref r1);
            }
            else
            {
                Rounds(tables, ref hidden, ref x0, ref x1, ref r0);
            }

            sample = Apply<TDirection>(tables, ref toRead, ref output, ref power, x0, x1, ref carry, ref low, ref middle, ref high);
        }
        else if (left < 6)
        {
            x0 = front ^ Sse2.LoadVector128(counters + 32);
            x1 = front ^ Sse2.LoadVector128(counters + 48);
            x2 = front ^ Sse2.LoadVector128(counters + 64);
            x3 = front ^ Sse2.LoadVector128(counters + 80);
            r0 = front ^ Sse2.LoadVector128(counters + 96);
            if ((left & 1) != 0)
            {
                r1 = front ^ Sse2.LoadVector128(counters + 112);
                Rounds(tables, ref hidden, ref x0, ref x1, ref x2, ref x3, ref r0, ref r1);
            }
            else
            {
                Rounds(tables, ref hidden, ref x0, ref x1, ref x2, ref x3, ref r0);
            }

            sample = Apply<TDirection>(tables, ref toRead, ref output, ref power, x0, x1, ref carry, ref low, ref middle, ref high);
            Apply<TDirection>(tables, ref toRead, ref output, ref power, x2, x3, ref carry, ref low, ref middle, ref high);
        }
        else
        {
            Vector128<byte> back = WithCounter(nonce, counter + Chunk);
            x0 = front ^ Sse2.LoadVector128(counters + 32);
            x1 = front ^ Sse2.LoadVector128(counters + 48);
            x2 = front ^ Sse2.LoadVector128(counters + 64);
            x3 = front ^ Sse2.LoadVector128(counters + 80);
            x4 = front ^ Sse2.LoadVector128(counters + 96);
            x5 = front ^ Sse2.LoadVector128(counters + 112);
            r0 = back ^ Sse2.LoadVector128(counters);
            if ((left & 1) != 0)
            {
                r1 = back ^ Sse2.LoadVector128(counters + 16);
                Rounds(tables, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref r0, ref r1);
            }
            else
            {
                Rounds(tables, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref r0);
            }

            sample = Apply<TDirection>(tables, ref toRead, ref output, ref power, x0, x1, ref carry, ref low, ref middle, ref high);
            Apply<TDirection>(tables, ref toRead, ref output, ref power, x2, x3, ref carry, ref low, ref middle, ref high);
            Apply<TDirection>(tables, ref toRead, ref output, ref power, x4, x5, ref carry, ref low, ref middle, ref high);
        }

        Vector128<byte> last = Sse2.LoadVector128(tables + (TKey.Rounds << 4));
        hidden = Aes.EncryptLast(hidden, last);
        r0 = Aes.EncryptLast(r0, last);
        if ((left & 1) != 0)
        {
            Vector128<byte> read = Sse2.LoadVector128(toRead);
            Vector128<byte> written = read ^ r0;
            written.Store(output);
            Vector128<byte> block = TDirection.IsSeal ? written : read;
            Hash(Avx2.Shuffle(block.ToVector256(), PairReversal) ^ carry, power, ref low, ref middle, ref high);
            carry = default;
            output += 16;
            power += 16;
            r0 = Aes.EncryptLast(r1, last);
        }

        Vector128<byte> ones = GcmBlock.Mask(rest);
        Vector128<byte> lengths = Vector128.Create((ulong)innerLength << 3, (ulong)headerLength << 3).AsByte();
        Vector128<byte> lastBlock;
        if (TDirection.IsSeal)
        {
            tail ^= r0;
            tail.Store(output);
            lastBlock = tail & ones;
        }
        else
        {
            (tail ^ (r0 & ones)).Store(output);
            lastBlock = tail & ones;
        }

        Hash(
            Vector256.Create(GcmKeys<TKey, X64Instructions>.Reverse(lastBlock).AsByte(), lengths) ^ carry, power, ref low, ref middle, ref high);
        hidden ^= GcmKeys<TKey, X64Instructions>.Reverse(Reduce(low, middle, high).AsByte()).AsByte();
        if (!TDirection.IsSeal)
            return hidden == tag ? 1u : 0u;
        hidden.Store(body + innerLength);
        return chunks > 0 ? mask : GcmKeys<TKey, X64Instructions>.Mask(tables, left > 1 ? sample : Vector128.Load(body));
    }
}
