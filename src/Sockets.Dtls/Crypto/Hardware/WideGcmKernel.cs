using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>The kernel of x64 processors with 256-bit carry-less multiplication.</summary>
internal readonly unsafe struct WideGcmKernel<TKey> : IGcmKernel
    where TKey : struct, IAesKeySize
{
    /// <summary>Whether the processor has what it takes.</summary>
    public static bool IsSupported => Aes.IsSupported && Avx2.IsSupported && Pclmulqdq.V256.IsSupported;

    public static void Expand(byte* tables, byte* keys) => GcmKeys<TKey, X64Instructions>.Expand(tables, keys);

    public static uint Seal(
        byte* tables, ulong sequence, byte* header, int headerLength, byte* content, int contentLength, byte contentType, byte* body) =>
        WideGcm<TKey>.Run<SealDirection>(tables, sequence, header, headerLength, content, contentLength + 1, contentType, body);

    public static bool Open(byte* tables, ulong sequence, byte* header, int headerLength, byte* body, int innerLength) =>
        WideGcm<TKey>.Run<OpenDirection>(tables, sequence, header, headerLength, body, innerLength, 0, body) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mask(byte* tables, Vector128<byte> sample) => GcmKeys<TKey, X64Instructions>.Mask(tables, sample);

    public static bool VerifyEmpty(byte* tables, ulong sequence, byte* header, int headerLength, byte* tag) =>
        GcmKeys<TKey, X64Instructions>.VerifyEmpty(tables, sequence, header, headerLength, tag);
}
