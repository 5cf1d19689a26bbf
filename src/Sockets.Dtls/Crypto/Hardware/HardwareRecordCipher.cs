using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
        byte* tables = Tables();
        int innerLength = SealRequest.Validate(header, plaintext, record, out bool inPlace);
        int contentLength = plaintext.Length;
        fixed (byte* wire = record)
        fixed (byte* plain = plaintext)
        {
            byte* body = wire + header.Length;
            byte* content = contentLength == 0 ? body : plain;
            if (innerLength != contentLength + 1)
            {
                // Padding is rare: put content, type and zeros where they go, then the last zero takes the type's part.
                if (!inPlace)
                    plaintext.CopyTo(record[header.Length..]);
                body[contentLength] = contentType;
                record.Slice(header.Length + contentLength + 1, innerLength - contentLength - 1).Clear();
                content = body;
                contentLength = innerLength - 1;
                contentType = 0;
            }

            uint mask = TKernel.Seal(tables, sequence, wire, header.Length, content, contentLength, contentType, body);
            byte* number = wire + header.NumberOffset;
            number[0] ^= (byte)mask;
            if (header.NumberLength == 2)
                number[1] ^= (byte)(mask >> 8);
        }

        GC.KeepAlive(this);
    }

    public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        byte* tables = Tables();
        SealRequest.ValidateMask(sample, mask);
        uint bits;
        fixed (byte* block = sample)
            bits = TKernel.Mask(tables, block);
        GC.KeepAlive(this);
        mask[0] = (byte)bits;
        if (mask.Length == 2)
            mask[1] = (byte)(bits >> 8);
    }

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext)
    {
        byte* tables = Tables();
        int innerLength = ciphertext.Length - CipherSuites.TagLength;
        if (innerLength < 0)
            return false;
        bool opened;
        fixed (byte* additional = header)
        fixed (byte* body = ciphertext)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Tables() => _tables is not null ? _tables : MakeTables();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* MakeTables()
    {
        ObjectDisposedException.ThrowIf(_keys is null, this);
        byte* tables = (byte*)NativeMemory.AlignedAlloc(GcmTables.Size, GcmTables.Alignment);
        TKernel.Expand(tables, _keys);
        return _tables = tables;
    }

    private void FreeTables()
    {
        if (_tables is null)
            return;
        CryptographicOperations.ZeroMemory(new Span<byte>(_tables, GcmTables.Size));
        NativeMemory.AlignedFree(_tables);
        _tables = null;
    }
}
