using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>AES-NI and PCLMULQDQ.</summary>
internal readonly unsafe struct X64Instructions : IGcmInstructions
{
    /// <summary>Whether the processor has them.</summary>
    public static bool IsSupported => Aes.IsSupported && Pclmulqdq.IsSupported && Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Begin(Vector128<byte> block, byte* roundKeys) => block ^ Vector128.Load(roundKeys);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> block, byte* roundKeys, int round) =>
        Aes.Encrypt(block, Vector128.Load(roundKeys + (round << 4)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Finish(Vector128<byte> block, byte* roundKeys, int rounds) =>
        Aes.EncryptLast(block, Vector128.Load(roundKeys + (rounds << 4)));

    // The shift of rows moves bytes between words, which are all the same.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubstituteWord(Vector128<byte> word) => Aes.EncryptLast(word, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyLower(Vector128<ulong> left, Vector128<ulong> right) =>
        Pclmulqdq.CarrylessMultiply(left, right, 0x00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyUpper(Vector128<ulong> left, Vector128<ulong> right) =>
        Pclmulqdq.CarrylessMultiply(left, right, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Swap(Vector128<ulong> value) => Sse2.Shuffle(value.AsUInt32(), 0x4E).AsUInt64();
}
