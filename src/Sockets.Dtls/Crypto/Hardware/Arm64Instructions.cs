using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>The Armv8 cryptographic extension: AESE, AESMC, PMULL, PMULL2.</summary>
internal readonly unsafe struct Arm64Instructions : IGcmInstructions
{
    /// <summary>Whether the processor has them.</summary>
    public static bool IsSupported => Aes.IsSupported && AdvSimd.Arm64.IsSupported;

    // AESE adds the key before the substitution, so each key is used one round earlier than on x64.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Begin(Vector128<byte> block, byte* roundKeys) => block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> block, byte* roundKeys, int round) =>
        Aes.MixColumns(Aes.Encrypt(block, Vector128.Load(roundKeys + ((round - 1) << 4))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Finish(Vector128<byte> block, byte* roundKeys, int rounds) =>
        Aes.Encrypt(block, Vector128.Load(roundKeys + ((rounds - 1) << 4))) ^ Vector128.Load(roundKeys + (rounds << 4));

    // The shift of rows moves bytes between words, which are all the same.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubstituteWord(Vector128<byte> word) => Aes.Encrypt(word, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyLower(Vector128<ulong> left, Vector128<ulong> right) =>
        Aes.PolynomialMultiplyWideningLower(left.GetLower(), right.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyUpper(Vector128<ulong> left, Vector128<ulong> right) =>
        Aes.PolynomialMultiplyWideningUpper(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Swap(Vector128<ulong> value) => AdvSimd.ExtractVector128(value, value, 1);
}
