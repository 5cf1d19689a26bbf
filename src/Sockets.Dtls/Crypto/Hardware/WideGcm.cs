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
internal static unsafe class WideGcm<TKey>
    where TKey : struct, IAesKeySize
{
    private const int Chunk = 8;
    private const int ChunkBytes = Chunk * 16;

    private static Vector256<byte> PairReversal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    }

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
        int left = full & 7;
        byte* keyStream = stackalloc byte[ChunkBytes];
        Vector128<byte> hidden;
        {
            Vector128<byte> even = WithCounter(nonce, counter);
            Vector128<byte> zero = WithCounter(nonce, 0);
            byte* counters = tables + GcmTables.Counters;
            hidden = zero ^ Sse2.LoadVector128(counters + 16);
            x0 = even ^ Sse2.LoadVector128(counters + 32);
            Vector128<byte> last = Sse2.LoadVector128(tables + (TKey.Rounds << 4));
            if (left == 0)
            {
                Rounds(tables, ref hidden, ref x0);
                Aes.EncryptLast(x0, last).Store(keyStream);
            }
            else if (left == 1)
            {
                x1 = even ^ Sse2.LoadVector128(counters + 48);
                Rounds(tables, ref hidden, ref x0, ref x1);
                Vector256.Create(Aes.EncryptLast(x0, last), Aes.EncryptLast(x1, last)).Store(keyStream);
            }
            else if (left < 4)
            {
                x1 = even ^ Sse2.LoadVector128(counters + 48);
                x2 = even ^ Sse2.LoadVector128(counters + 64);
                x3 = even ^ Sse2.LoadVector128(counters + 80);
                Rounds(tables, ref hidden, ref x0, ref x1, ref x2, ref x3);
                Vector256.Create(Aes.EncryptLast(x0, last), Aes.EncryptLast(x1, last)).Store(keyStream);
                Vector256.Create(Aes.EncryptLast(x2, last), Aes.EncryptLast(x3, last)).Store(keyStream + 32);
            }
            else if (left == 4)
            {
                x1 = even ^ Sse2.LoadVector128(counters + 48);
                x2 = even ^ Sse2.LoadVector128(counters + 64);
                x3 = even ^ Sse2.LoadVector128(counters + 80);
                x4 = even ^ Sse2.LoadVector128(counters + 96);
                Rounds(tables, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4);
                Vector256.Create(Aes.EncryptLast(x0, last), Aes.EncryptLast(x1, last)).Store(keyStream);
                Vector256.Create(Aes.EncryptLast(x2, last), Aes.EncryptLast(x3, last)).Store(keyStream + 32);
                Aes.EncryptLast(x4, last).Store(keyStream + 64);
            }
            else if (left == 5)
            {
                x1 = even ^ Sse2.LoadVector128(counters + 48);
                x2 = even ^ Sse2.LoadVector128(counters + 64);
                x3 = even ^ Sse2.LoadVector128(counters + 80);
                x4 = even ^ Sse2.LoadVector128(counters + 96);
                x5 = even ^ Sse2.LoadVector128(counters + 112);
                Rounds(tables, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5);
                Vector256.Create(Aes.EncryptLast(x0, last), Aes.EncryptLast(x1, last)).Store(keyStream);
                Vector256.Create(Aes.EncryptLast(x2, last), Aes.EncryptLast(x3, last)).Store(keyStream + 32);
                Vector256.Create(Aes.EncryptLast(x4, last), Aes.EncryptLast(x5, last)).Store(keyStream + 64);
            }
            else
            {
                Vector128<byte> odd = WithCounter(nonce, counter + Chunk);
                x1 = even ^ Sse2.LoadVector128(counters + 48);
                x2 = even ^ Sse2.LoadVector128(counters + 64);
                x3 = even ^ Sse2.LoadVector128(counters + 80);
                x4 = even ^ Sse2.LoadVector128(counters + 96);
                x5 = even ^ Sse2.LoadVector128(counters + 112);
                x6 = odd ^ Sse2.LoadVector128(counters);
                x7 = odd ^ Sse2.LoadVector128(counters + 16);
                Rounds(tables, ref hidden, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Vector256.Create(Aes.EncryptLast(x0, last), Aes.EncryptLast(x1, last)).Store(keyStream);
                Vector256.Create(Aes.EncryptLast(x2, last), Aes.EncryptLast(x3, last)).Store(keyStream + 32);
                Vector256.Create(Aes.EncryptLast(x4, last), Aes.EncryptLast(x5, last)).Store(keyStream + 64);
                Vector256.Create(Aes.EncryptLast(x6, last), Aes.EncryptLast(x7, last)).Store(keyStream + 96);
            }

            hidden = Aes.EncryptLast(hidden, last);
        }

        byte* stream = keyStream;
        if ((left & 4) != 0)
        {
            HashAndApply<TDirection>(toRead, output, stream, power, carry, ref low, ref middle, ref high);
            HashAndApply<TDirection>(toRead + 32, output + 32, stream + 32, power + 32, default, ref low, ref middle, ref high);
            carry = default;
            toRead += 64;
            output += 64;
            stream += 64;
            power += 64;
        }

        if ((left & 2) != 0)
        {
            HashAndApply<TDirection>(toRead, output, stream, power, carry, ref low, ref middle, ref high);
            carry = default;
            toRead += 32;
            output += 32;
            stream += 32;
            power += 32;
        }

        if ((left & 1) != 0)
        {
            Vector128<byte> read = Sse2.LoadVector128(toRead);
            Vector128<byte> written = read ^ Sse2.LoadVector128(stream);
            written.Store(output);
            Vector128<byte> block = TDirection.IsSeal ? written : read;
            Hash(Avx2.Shuffle(block.ToVector256(), PairReversal) ^ carry, power, ref low, ref middle, ref high);
            carry = default;
            output += 16;
            stream += 16;
            power += 16;
        }

        Vector128<byte> mask = GcmBlock.Mask(rest);
        Vector128<byte> lengths = Vector128.Create((ulong)innerLength << 3, (ulong)headerLength << 3).AsByte();
        Vector128<byte> lastBlock;
        if (TDirection.IsSeal)
        {
            tail ^= Sse2.LoadVector128(stream);
            tail.Store(output);
            lastBlock = tail & mask;
        }
        else
        {
            (tail ^ (Sse2.LoadVector128(stream) & mask)).Store(output);
            lastBlock = tail & mask;
        }

        Hash(
            Vector256.Create(GcmKeys<TKey, X64Instructions>.Reverse(lastBlock).AsByte(), lengths) ^ carry, power, ref low, ref middle, ref high);
        hidden ^= GcmKeys<TKey, X64Instructions>.Reverse(Reduce(low, middle, high).AsByte()).AsByte();
        if (!TDirection.IsSeal)
            return hidden == tag ? 1u : 0u;
        hidden.Store(body + innerLength);
        return GcmKeys<TKey, X64Instructions>.Mask(tables, Vector128.Load(body));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> WithCounter(Vector128<byte> nonce, uint counter) =>
        Sse41.Insert(nonce.AsUInt32(), BinaryPrimitives.ReverseEndianness(counter), 3).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin(
        byte* tables,
        Vector128<byte> even,
        Vector128<byte> odd,
        out Vector128<byte> x0,
        out Vector128<byte> x1,
        out Vector128<byte> x2,
        out Vector128<byte> x3,
        out Vector128<byte> x4,
        out Vector128<byte> x5,
        out Vector128<byte> x6,
        out Vector128<byte> x7)
    {
        byte* counters = tables + GcmTables.Counters;
        x0 = even ^ Sse2.LoadVector128(counters + 32);
        x1 = even ^ Sse2.LoadVector128(counters + 48);
        x2 = even ^ Sse2.LoadVector128(counters + 64);
        x3 = even ^ Sse2.LoadVector128(counters + 80);
        x4 = even ^ Sse2.LoadVector128(counters + 96);
        x5 = even ^ Sse2.LoadVector128(counters + 112);
        x6 = odd ^ Sse2.LoadVector128(counters);
        x7 = odd ^ Sse2.LoadVector128(counters + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        byte* tables,
        int round,
        ref Vector128<byte> x0,
        ref Vector128<byte> x1,
        ref Vector128<byte> x2,
        ref Vector128<byte> x3,
        ref Vector128<byte> x4,
        ref Vector128<byte> x5,
        ref Vector128<byte> x6,
        ref Vector128<byte> x7)
    {
        Vector128<byte> key = Sse2.LoadVector128(tables + (round << 4));
        x0 = Aes.Encrypt(x0, key);
        x1 = Aes.Encrypt(x1, key);
        x2 = Aes.Encrypt(x2, key);
        x3 = Aes.Encrypt(x3, key);
        x4 = Aes.Encrypt(x4, key);
        x5 = Aes.Encrypt(x5, key);
        x6 = Aes.Encrypt(x6, key);
        x7 = Aes.Encrypt(x7, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(byte* tables, ref Vector128<byte> hidden, ref Vector128<byte> x0)
    {
        for (int i = 1; i < TKey.Rounds; i++)
        {
            Vector128<byte> key = Sse2.LoadVector128(tables + (i << 4));
            hidden = Aes.Encrypt(hidden, key);
            x0 = Aes.Encrypt(x0, key);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(byte* tables, ref Vector128<byte> hidden, ref Vector128<byte> x0, ref Vector128<byte> x1)
    {
        for (int i = 1; i < TKey.Rounds; i++)
        {
            Vector128<byte> key = Sse2.LoadVector128(tables + (i << 4));
            hidden = Aes.Encrypt(hidden, key);
            x0 = Aes.Encrypt(x0, key);
            x1 = Aes.Encrypt(x1, key);
        }
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
        for (int i = 1; i < TKey.Rounds; i++)
        {
            Vector128<byte> key = Sse2.LoadVector128(tables + (i << 4));
            hidden = Aes.Encrypt(hidden, key);
            x0 = Aes.Encrypt(x0, key);
            x1 = Aes.Encrypt(x1, key);
            x2 = Aes.Encrypt(x2, key);
            x3 = Aes.Encrypt(x3, key);
        }
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
        for (int i = 1; i < TKey.Rounds; i++)
        {
            Vector128<byte> key = Sse2.LoadVector128(tables + (i << 4));
            hidden = Aes.Encrypt(hidden, key);
            x0 = Aes.Encrypt(x0, key);
            x1 = Aes.Encrypt(x1, key);
            x2 = Aes.Encrypt(x2, key);
            x3 = Aes.Encrypt(x3, key);
            x4 = Aes.Encrypt(x4, key);
        }
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
        for (int i = 1; i < TKey.Rounds; i++)
        {
            Vector128<byte> key = Sse2.LoadVector128(tables + (i << 4));
            hidden = Aes.Encrypt(hidden, key);
            x0 = Aes.Encrypt(x0, key);
            x1 = Aes.Encrypt(x1, key);
            x2 = Aes.Encrypt(x2, key);
            x3 = Aes.Encrypt(x3, key);
            x4 = Aes.Encrypt(x4, key);
            x5 = Aes.Encrypt(x5, key);
        }
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
        for (int i = 1; i < TKey.Rounds; i++)
        {
            Vector128<byte> key = Sse2.LoadVector128(tables + (i << 4));
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        byte* tables,
        byte* source,
        byte* destination,
        Vector128<byte> x0,
        Vector128<byte> x1,
        Vector128<byte> x2,
        Vector128<byte> x3,
        Vector128<byte> x4,
        Vector128<byte> x5,
        Vector128<byte> x6,
        Vector128<byte> x7)
    {
        Vector128<byte> key = Sse2.LoadVector128(tables + (TKey.Rounds << 4));
        (Vector256.Create(Aes.EncryptLast(x0, key), Aes.EncryptLast(x1, key)) ^ Avx.LoadVector256(source)).Store(destination);
        (Vector256.Create(Aes.EncryptLast(x2, key), Aes.EncryptLast(x3, key)) ^ Avx.LoadVector256(source + 32)).Store(destination + 32);
        (Vector256.Create(Aes.EncryptLast(x4, key), Aes.EncryptLast(x5, key)) ^ Avx.LoadVector256(source + 64)).Store(destination + 64);
        (Vector256.Create(Aes.EncryptLast(x6, key), Aes.EncryptLast(x7, key)) ^ Avx.LoadVector256(source + 96)).Store(destination + 96);
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
    private static void HashAndApply<TDirection>(
        byte* source,
        byte* destination,
        byte* stream,
        byte* power,
        Vector256<byte> carry,
        ref Vector256<ulong> low,
        ref Vector256<ulong> middle,
        ref Vector256<ulong> high)
        where TDirection : struct, IGcmDirection
    {
        Vector256<byte> read = Avx.LoadVector256(source);
        Vector256<byte> written = read ^ Avx.LoadVector256(stream);
        written.Store(destination);
        Hash(Avx2.Shuffle(TDirection.IsSeal ? written : read, PairReversal) ^ carry, power, ref low, ref middle, ref high);
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
        int toHash = full - done + 2;
        power = tables + GcmTables.PowersEnd - ((toHash <= GcmTables.PowerCount ? toHash : GcmTables.PowerCount) << 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reduce(Vector256<ulong> low, Vector256<ulong> middle, Vector256<ulong> high) =>
        GcmKeys<TKey, X64Instructions>.Reduce(
            low.GetLower() ^ low.GetUpper(), middle.GetLower() ^ middle.GetUpper(), high.GetLower() ^ high.GetUpper());
}
