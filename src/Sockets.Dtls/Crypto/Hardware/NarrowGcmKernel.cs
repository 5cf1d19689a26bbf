using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>The kernel of processors with 128-bit instructions only.</summary>
internal readonly unsafe struct NarrowGcmKernel<TKey, TInstructions> : IGcmKernel
    where TKey : struct, IAesKeySize
    where TInstructions : struct, IGcmInstructions
{
    public static void Expand(byte* tables, byte* keys) => GcmKeys<TKey, TInstructions>.Expand(tables, keys);

    public static uint Seal(
        byte* tables, ulong sequence, byte* header, int headerLength, byte* content, int contentLength, byte contentType, byte* body) =>
        NarrowGcm<TKey, TInstructions>.Run<SealDirection>(
            tables, sequence, header, headerLength, content, contentLength + 1, contentType, body);

    public static bool Open(byte* tables, ulong sequence, byte* header, int headerLength, byte* body, int innerLength) =>
        NarrowGcm<TKey, TInstructions>.Run<OpenDirection>(
            tables, sequence, header, headerLength, body, innerLength, 0, body) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mask(byte* tables, Vector128<byte> sample) => GcmKeys<TKey, TInstructions>.Mask(tables, sample);

    public static bool VerifyEmpty(byte* tables, ulong sequence, byte* header, int headerLength, byte* tag) =>
        GcmKeys<TKey, TInstructions>.VerifyEmpty(tables, sequence, header, headerLength, tag);
}
