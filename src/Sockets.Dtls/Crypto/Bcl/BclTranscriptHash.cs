using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>A running hash of the platform.</summary>
internal sealed class BclTranscriptHash : TranscriptHash
{
    private readonly IncrementalHash _hash;

    public BclTranscriptHash(HashKind hash) => _hash = IncrementalHash.CreateHash(NameOf(hash));

    public override int Length => _hash.HashLengthInBytes;

    /// <summary>The platform's name of a hash.</summary>
    public static HashAlgorithmName NameOf(HashKind hash) =>
        hash == HashKind.Sha384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    public override void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

    public override void GetCurrent(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));
        _hash.GetCurrentHash(destination);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
    }
}
