using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// The kernel of native/, over tables made here. Short records do without the transition that lets the collector run
/// meanwhile: it costs 5 ns, and they take less than half a microsecond.
/// </summary>
internal readonly unsafe struct NativeGcmKernel<TKey> : IGcmKernel
    where TKey : struct, IAesKeySize
{
    private const int ShortLength = 4096;

    private static void* SealFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TKey.Rounds == 10 ? NativeGcm.Seal128 : NativeGcm.Seal256;
    }

    private static void* OpenFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TKey.Rounds == 10 ? NativeGcm.Open128 : NativeGcm.Open256;
    }

    public static void Expand(byte* tables, byte* keys) => GcmKeys<TKey, X64Instructions>.Expand(tables, keys);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Seal(
        byte* tables, ulong sequence, byte* header, int headerLength, byte* content, int contentLength, byte contentType, byte* body)
    {
        return contentLength <= ShortLength
            ? ((delegate* unmanaged[SuppressGCTransition]<byte*, ulong, byte*, int, byte*, int, byte, byte*, uint>)SealFunction)(
                tables, sequence, header, headerLength, content, contentLength, contentType, body)
            : SealLong(tables, sequence, header, headerLength, content, contentLength, contentType, body);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Open(byte* tables, ulong sequence, byte* header, int headerLength, byte* body, int innerLength)
    {
        return (innerLength <= ShortLength
            ? ((delegate* unmanaged[SuppressGCTransition]<byte*, ulong, byte*, int, byte*, int, uint>)OpenFunction)(
                tables, sequence, header, headerLength, body, innerLength)
            : OpenLong(tables, sequence, header, headerLength, body, innerLength)) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mask(byte* tables, Vector128<byte> sample) => GcmKeys<TKey, X64Instructions>.Mask(tables, sample);

    public static bool VerifyEmpty(byte* tables, ulong sequence, byte* header, int headerLength, byte* tag) =>
        GcmKeys<TKey, X64Instructions>.VerifyEmpty(tables, sequence, header, headerLength, tag);

    // Apart: whoever contains such a call prepares for it on every way through.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint SealLong(
        byte* tables, ulong sequence, byte* header, int headerLength, byte* content, int contentLength, byte contentType, byte* body) =>
        ((delegate* unmanaged<byte*, ulong, byte*, int, byte*, int, byte, byte*, uint>)SealFunction)(
            tables, sequence, header, headerLength, content, contentLength, contentType, body);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint OpenLong(byte* tables, ulong sequence, byte* header, int headerLength, byte* body, int innerLength) =>
        ((delegate* unmanaged<byte*, ulong, byte*, int, byte*, int, uint>)OpenFunction)(
            tables, sequence, header, headerLength, body, innerLength);
}
