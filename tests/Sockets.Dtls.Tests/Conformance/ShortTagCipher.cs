using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>Protects nothing and claims a tag of eight bytes and no limits: for rules that the suites here never come near.</summary>
internal sealed class ShortTagCipher : RecordCipher
{
    public override int Overhead => 8;

    public override ulong ConfidentialityLimit => ulong.MaxValue;

    public override ulong IntegrityLimit => ulong.MaxValue;

    public override void Seal(ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
    {
        record[header.Length..].Clear();
        plaintext.CopyTo(record[header.Length..]);
        record[header.Length + plaintext.Length] = contentType;
    }

    public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask) => mask.Clear();

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext) => true;

    protected override void Dispose(bool disposing)
    {
    }
}
