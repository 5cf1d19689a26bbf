using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// Record protection in one pass over the record. Keys and tables lie in native memory, which no garbage collector
/// copies, and are zeroed when they go; the tables are made when a record needs them. Not thread-safe; a finalizer clears
/// what an epoch that was dropped has left.
/// </summary>
internal sealed unsafe class HardwareRecordCipher<TKernel> : RecordCipher
    where TKernel : struct, IGcmKernel
{
    private readonly CipherSuite _suite;
    private readonly int _keysLength;
    private byte* _tables;
    private byte* _keys;
    private GcmTableSlab? _slab;

    public HardwareRecordCipher(CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        _suite = suite;
        _keysLength = key.Length + numberKey.Length + iv.Length;
        _keys = (byte*)NativeMemory.Alloc((nuint)_keysLength);
        var keys = new Span<byte>(_keys, _keysLength);
        key.CopyTo(keys);
        numberKey.CopyTo(keys[key.Length..]);
        iv.CopyTo(keys[(key.Length + numberKey.Length)..]);
    }

    ~HardwareRecordCipher() => Dispose(false);

    public override int Overhead => CipherSuites.TagLength;

    public override ulong ConfidentialityLimit => CipherSuites.ConfidentialityLimit(_suite);

    public override ulong IntegrityLimit => CipherSuites.IntegrityLimit(_suite);

    public override void Seal(
        ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
    {
        int innerLength = SealRequest.Validate(header, plaintext, record, out bool inPlace);
        if (innerLength != plaintext.Length + 1)
        {
            plaintext = Pad(record.Slice(header.Length, innerLength), plaintext, contentType, inPlace);
            contentType = 0;
        }

        byte* tables = Tables();
        fixed (byte* wire = &MemoryMarshal.GetReference(record))
        fixed (byte* content = &MemoryMarshal.GetReference(plaintext))
        {
            uint mask = TKernel.Seal(
                tables, sequence, wire, header.Length, content, plaintext.Length, contentType, wire + header.Length);
            byte* number = wire + header.NumberOffset;
            if (header.NumberLength == 2)
                Unsafe.WriteUnaligned(number, (ushort)(Unsafe.ReadUnaligned<ushort>(number) ^ mask));
            else
                *number ^= (byte)mask;
        }

        GC.KeepAlive(this);
    }

    public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        byte* tables = Tables();
        SealRequest.ValidateMask(sample, mask);
        uint bits = TKernel.Mask(tables, Vector128.Create(sample));
        GC.KeepAlive(this);
        mask[0] = (byte)bits;
        if (mask.Length == 2)
            mask[1] = (byte)(bits >> 8);
    }

    public override void ReleaseTables() => FreeTables();

    internal override uint GetMask(ReadOnlySpan<byte> ciphertext)
    {
        uint mask = TKernel.Mask(Tables(), Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(ciphertext)));
        GC.KeepAlive(this);
        return mask;
    }

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext)
    {
        byte* tables = Tables();
        int innerLength = ciphertext.Length - CipherSuites.TagLength;
        if (innerLength <= 0)
            return innerLength == 0 && VerifyEmpty(sequence, header, ciphertext);
        bool opened;
        fixed (byte* additional = &MemoryMarshal.GetReference(header))
        fixed (byte* body = &MemoryMarshal.GetReference(ciphertext))
            opened = TKernel.Open(tables, sequence, additional, header.Length, body, innerLength);
        GC.KeepAlive(this);
        if (!opened)
            CryptographicOperations.ZeroMemory(ciphertext[..innerLength]);
        return opened;
    }

    protected override void Dispose(bool disposing)
    {
        FreeTables();
        if (_keys is not null)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(_keys, _keysLength));
            NativeMemory.Free(_keys);
            _keys = null;
        }
    }

    private bool VerifyEmpty(ulong sequence, ReadOnlySpan<byte> header, Span<byte> tag)
    {
        bool valid;
        fixed (byte* additional = &MemoryMarshal.GetReference(header))
        fixed (byte* bytes = &MemoryMarshal.GetReference(tag))
            valid = TKernel.VerifyEmpty(Tables(), sequence, additional, header.Length, bytes);
        GC.KeepAlive(this);
        return valid;
    }

    /// <summary>
    /// Padding is rare: content, type and zeros are put where they go, and the last zero takes the part of the type.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Span<byte> Pad(Span<byte> inner, ReadOnlySpan<byte> plaintext, byte contentType, bool inPlace)
    {
        if (!inPlace)
            plaintext.CopyTo(inner);
        inner[plaintext.Length] = contentType;
        inner[(plaintext.Length + 1)..].Clear();
        return inner[..^1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Tables()
    {
        byte* tables = _tables;
        return tables is not null ? tables : MakeTables();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* MakeTables()
    {
        ObjectDisposedException.ThrowIf(_keys is null, this);
        byte* tables = GcmTablePool.Rent(out _slab);
        TKernel.Expand(tables, _keys);
        return _tables = tables;
    }

    private void FreeTables()
    {
        if (_tables is null)
            return;
        GcmTablePool.Return(_slab!, _tables);
        _tables = null;
    }
}
