using System;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>A protection that protects nothing: it copies and adds a tag of zeros. What is left is what stands around a cipher.</summary>
internal sealed class NullRecordCipher : RecordCipher
{
    private const int TagLength = 16;

    public override int Overhead => TagLength;

    public override ulong ConfidentialityLimit => ulong.MaxValue;

    public override ulong IntegrityLimit => ulong.MaxValue;

    public override void Seal(ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
    {
        Span<byte> ciphertext = record[header.Length..];
        plaintext.CopyTo(ciphertext);
        ciphertext[plaintext.Length] = contentType;
        ciphertext[(plaintext.Length + 1)..].Clear();
    }

    public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask) => mask.Clear();

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext) => true;

    internal override uint GetMask(ReadOnlySpan<byte> ciphertext) => 0;

    protected override void Dispose(bool disposing)
    {
    }
}
