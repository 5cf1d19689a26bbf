using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sockets.Dtls.Crypto.Hardware;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>
/// What Armv8's instructions do, done with x64's, in exactly the order of <see cref="Arm64Instructions"/>: that the kernel is
/// right around them can be shown where there is no Arm64.
/// </summary>
internal readonly unsafe struct EmulatedArm64Instructions : IGcmInstructions
{
    public static Vector128<byte> Begin(Vector128<byte> block, byte* roundKeys) => block;

    public static Vector128<byte> Round(Vector128<byte> block, byte* roundKeys, int round) =>
        MixColumns(Encrypt(block, Vector128.Load(roundKeys + ((round - 1) << 4))));

    public static Vector128<byte> Finish(Vector128<byte> block, byte* roundKeys, int rounds) =>
        Encrypt(block, Vector128.Load(roundKeys + ((rounds - 1) << 4))) ^ Vector128.Load(roundKeys + (rounds << 4));

    public static Vector128<byte> SubstituteWord(Vector128<byte> word) => Encrypt(word, default);

    public static Vector128<ulong> MultiplyLower(Vector128<ulong> left, Vector128<ulong> right) =>
        Pclmulqdq.CarrylessMultiply(left.GetLower().ToVector128(), right.GetLower().ToVector128(), 0x00);

    public static Vector128<ulong> MultiplyUpper(Vector128<ulong> left, Vector128<ulong> right) =>
        Pclmulqdq.CarrylessMultiply(left, right, 0x11);

    public static Vector128<ulong> Swap(Vector128<ulong> value) => Vector128.Create(value.GetElement(1), value.GetElement(0));

    // AESE: the key first, then the substitution and the rows.
    private static Vector128<byte> Encrypt(Vector128<byte> value, Vector128<byte> key) => Aes.EncryptLast(value ^ key, default);

    // AESMC: a round of x64 with what it does before the columns undone beforehand.
    private static Vector128<byte> MixColumns(Vector128<byte> value) => Aes.Encrypt(Aes.DecryptLast(value, default), default);
}
