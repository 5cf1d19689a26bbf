using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto;

/// <summary>Checks what a caller of <see cref="RecordCipher.Seal"/> promises; breaking it is misuse, so it throws.</summary>
internal static class SealRequest
{
    /// <summary>
    /// Length in bytes of the inner plaintext: content, type, padding. In place is true when the content already lies
    /// where its ciphertext goes.
    /// </summary>
    /// <exception cref="ArgumentException">The parts do not fit the record, or overlap it elsewhere.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Validate(
        in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, Span<byte> record, out bool inPlace)
    {
        int inner = record.Length - header.Length - CipherSuites.TagLength;
        if (header.Length < 0 || inner < 1 || plaintext.Length > inner - 1)
            ThrowTooShort();
        if (header.NumberLength is not (1 or 2) || (uint)header.NumberOffset > (uint)(header.Length - header.NumberLength))
            ThrowLayout();

        nint offset = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(record), in MemoryMarshal.GetReference(plaintext));
        inPlace = !plaintext.IsEmpty && ((nuint)offset < (nuint)record.Length || (nuint)(-offset) < (nuint)plaintext.Length);
        if (inPlace && offset != header.Length)
            ThrowOverlap();
        return inner;
    }

    /// <summary>Checks the lengths given to <see cref="RecordCipher.ComputeMask"/>.</summary>
    public static void ValidateMask(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        if (sample.Length != 16 || mask.Length is not (1 or 2))
            ThrowMask();
    }

    [DoesNotReturn]
    private static void ThrowTooShort() =>
        throw new ArgumentException("The record has no room for header, plaintext, content type and tag.");

    [DoesNotReturn]
    private static void ThrowLayout() =>
        throw new ArgumentException("The record number does not lie within the header.");

    [DoesNotReturn]
    private static void ThrowOverlap() =>
        throw new ArgumentException("The plaintext overlaps the record other than exactly in place.");

    [DoesNotReturn]
    private static void ThrowMask() =>
        throw new ArgumentException("The sample has 16 bytes and the mask 1 or 2.");
}
