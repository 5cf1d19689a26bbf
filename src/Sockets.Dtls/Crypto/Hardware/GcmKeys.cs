using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// Makes the tables of <see cref="GcmTables"/> from the keys, and the arithmetic of the hash that all kernels share. Takes
/// about half a microsecond, without a branch on or index by anything secret.
/// </summary>
internal static unsafe class GcmKeys<TKey, TInstructions>
    where TKey : struct, IAesKeySize
    where TInstructions : struct, IGcmInstructions
{
    /// <summary>Words of the AES key (FIPS 197 §5: Nk).</summary>
    private static int KeyWords => TKey.Rounds - 6;

    /// <summary>Makes all tables. <paramref name="keys"/> holds AEAD key, record-number key and IV.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Expand(byte* tables, byte* keys)
    {
        int keyLength = KeyWords * 4;
        byte* roundKeys = tables + GcmTables.RoundKeys;
        ExpandKey(roundKeys, keys);
        ExpandKey(tables + GcmTables.NumberRoundKeys, keys + keyLength);
        new ReadOnlySpan<byte>(keys + (2 * keyLength), CipherSuites.NonceLength).CopyTo(new Span<byte>(tables + GcmTables.Iv, 16));
        Unsafe.WriteUnaligned(tables + GcmTables.Iv + CipherSuites.NonceLength, 0u);
        for (uint i = 0; i < 8; i++)
        {
            TInstructions.Begin(Vector128.Create(0, 0, 0, BinaryPrimitives.ReverseEndianness(i)).AsByte(), roundKeys)
                .Store(tables + GcmTables.Counters + (i << 4));
        }

        Vector128<byte> zero = TInstructions.Begin(default, roundKeys);
        for (int i = 1; i < TKey.Rounds; i++)
            zero = TInstructions.Round(zero, roundKeys, i);
        Vector128<ulong> hashKey = DivideByX(Reverse(TInstructions.Finish(zero, roundKeys, TKey.Rounds)));

        // Two chains of every other power: one multiplication waits less for the one before.
        Vector128<ulong> square = Multiply(hashKey, hashKey);
        Vector128<ulong> odd = hashKey;
        Vector128<ulong> even = square;
        byte* power = tables + GcmTables.PowersEnd;
        for (int i = 0; i < GcmTables.PowerCount; i += 2)
        {
            power -= 32;
            Store(power + 16, odd);
            Store(power, even);
            odd = Multiply(odd, square);
            even = Multiply(even, square);
        }
    }

    /// <summary>
    /// The hash over all of a header but its last block, which comes with it: what the first power is multiplied by. An
    /// empty header is a block of zeros, which adds nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> HashHeader(byte* tables, byte* header, int length) =>
        length < 16 ? Reverse(GcmBlock.LoadHeader(header, length)) : HashLongHeader(tables, header, length);

    /// <summary>
    /// Reduces the sum of products modulo x^128 + x^7 + x^2 + x + 1 in two folds of 64 bits, the first one straight into
    /// the middle part. The middle part is Karatsuba's: the product of the sums.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high)
    {
        Vector128<ulong> polynomial = Vector128.Create(0xC200_0000_0000_0000UL);
        middle ^= low ^ high;
        middle ^= TInstructions.Swap(low) ^ TInstructions.MultiplyLower(low, polynomial);
        return high ^ TInstructions.Swap(middle) ^ TInstructions.MultiplyLower(middle, polynomial);
    }

    /// <summary>Whether a tag belongs to a header with nothing behind it, which no record has but some vectors.</summary>
    public static bool VerifyEmpty(byte* tables, ulong sequence, byte* header, int headerLength, byte* tag)
    {
        Vector128<ulong> hashKey = Vector128.Load((ulong*)(tables + GcmTables.PowersEnd - 16));
        Vector128<ulong> hash = Multiply(HashHeader(tables, header, headerLength), hashKey);
        hash = Multiply(hash ^ Vector128.Create(0UL, (ulong)headerLength << 3), hashKey);
        ulong number = BinaryPrimitives.ReverseEndianness(sequence);
        Vector128<byte> nonce = Vector128.Load(tables + GcmTables.Iv)
            ^ Vector128.Create(0, (uint)number, (uint)(number >> 32), BinaryPrimitives.ReverseEndianness(1u)).AsByte();
        Vector128<byte> hidden = TInstructions.Begin(nonce, tables);
        for (int i = 1; i < TKey.Rounds; i++)
            hidden = TInstructions.Round(hidden, tables, i);
        return (TInstructions.Finish(hidden, tables, TKey.Rounds) ^ Reverse(hash.AsByte()).AsByte()) == Vector128.Load(tag);
    }

    /// <summary>The order of bytes in which the hash calculates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Reverse(Vector128<byte> block) =>
        Vector128.Shuffle(block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)).AsUInt64();

    /// <summary>The first 32 bits of the sample's encryption under the record-number key (RFC 9147 §4.2.3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mask(byte* tables, Vector128<byte> sample)
    {
        // Written out: the counting of a loop would be more than what it counts.
        byte* roundKeys = tables + GcmTables.NumberRoundKeys;
        Vector128<byte> block = TInstructions.Begin(sample, roundKeys);
        block = TInstructions.Round(block, roundKeys, 1);
        block = TInstructions.Round(block, roundKeys, 2);
        block = TInstructions.Round(block, roundKeys, 3);
        block = TInstructions.Round(block, roundKeys, 4);
        block = TInstructions.Round(block, roundKeys, 5);
        block = TInstructions.Round(block, roundKeys, 6);
        block = TInstructions.Round(block, roundKeys, 7);
        block = TInstructions.Round(block, roundKeys, 8);
        block = TInstructions.Round(block, roundKeys, 9);
        for (int i = 10; i < TKey.Rounds; i++)
            block = TInstructions.Round(block, roundKeys, i);
        return TInstructions.Finish(block, roundKeys, TKey.Rounds).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<ulong> HashLongHeader(byte* tables, byte* header, int length)
    {
        Vector128<ulong> hashKey = Vector128.Load((ulong*)(tables + GcmTables.PowersEnd - 16));
        Vector128<ulong> hash = default;
        for (; length > 16; length -= 16, header += 16)
            hash = Multiply(hash ^ Reverse(Vector128.Load(header)), hashKey);
        return hash ^ Reverse(length == 16 ? Vector128.Load(header) : GcmBlock.LoadPartial(header, length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* power, Vector128<ulong> value)
    {
        value.Store((ulong*)power);
        (value ^ TInstructions.Swap(value)).Store((ulong*)(power + GcmTables.FoldedDistance));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Multiply(Vector128<ulong> left, Vector128<ulong> right) =>
        Reduce(
            TInstructions.MultiplyLower(left, right),
            TInstructions.MultiplyLower(left ^ TInstructions.Swap(left), right ^ TInstructions.Swap(right)),
            TInstructions.MultiplyUpper(left, right));

    /// <summary>Divides by x, in the reflected order of bits: what makes up for products that are a bit short.</summary>
    private static Vector128<ulong> DivideByX(Vector128<ulong> value)
    {
        ulong low = value.ToScalar();
        ulong high = value.GetElement(1);
        ulong overflow = 0 - (high >> 63);
        return Vector128.Create((low << 1) ^ (overflow & 1), ((high << 1) | (low >> 63)) ^ (overflow & 0xC200_0000_0000_0000UL));
    }

    /// <summary>FIPS 197 §5.2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ExpandKey(byte* roundKeys, byte* key)
    {
        int words = 4 * (TKey.Rounds + 1);
        uint* schedule = (uint*)roundKeys;
        for (int i = 0; i < KeyWords; i++)
            schedule[i] = Unsafe.ReadUnaligned<uint>(key + (4 * i));
        uint constant = 1;
        for (int i = KeyWords; i < words; i++)
        {
            uint word = schedule[i - 1];
            if (i % KeyWords == 0)
            {
                word = BitOperations.RotateRight(Substitute(word), 8) ^ constant;
                constant = (constant << 1) ^ ((constant >> 7) * 0x11B);
            }
            else if (KeyWords == 8 && i % 8 == 4)
            {
                word = Substitute(word);
            }

            schedule[i] = schedule[i - KeyWords] ^ word;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Substitute(uint word) =>
        TInstructions.SubstituteWord(Vector128.Create(word).AsByte()).AsUInt32().ToScalar();
}
