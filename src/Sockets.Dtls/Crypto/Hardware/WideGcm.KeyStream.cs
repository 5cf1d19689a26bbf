using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sockets.Dtls.Crypto.Hardware;

/// <content>Key stream: counters, eight blocks at a time.</content>
internal static unsafe partial class WideGcm<TKey>
{
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

    /// <summary>Finishes two blocks of key stream, applies and hashes them, and steps forward.</summary>
    /// <returns>The first block written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Apply<TDirection>(
        byte* tables,
        ref byte* source,
        ref byte* destination,
        ref byte* power,
        Vector128<byte> x0,
        Vector128<byte> x1,
        ref Vector256<byte> carry,
        ref Vector256<ulong> low,
        ref Vector256<ulong> middle,
        ref Vector256<ulong> high)
        where TDirection : struct, IGcmDirection
    {
        Vector128<byte> last = Sse2.LoadVector128(tables + (TKey.Rounds << 4));
        Vector256<byte> read = Avx.LoadVector256(source);
        Vector256<byte> written = read ^ Vector256.Create(Aes.EncryptLast(x0, last), Aes.EncryptLast(x1, last));
        written.Store(destination);
        Hash(Avx2.Shuffle(TDirection.IsSeal ? written : read, PairReversal) ^ carry, power, ref low, ref middle, ref high);
        carry = default;
        source += 32;
        destination += 32;
        power += 32;
        return written.GetLower();
    }
}
