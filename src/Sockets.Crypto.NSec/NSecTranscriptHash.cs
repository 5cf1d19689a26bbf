using System;
using NSec.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Crypto.NSec;

/// <summary>A running SHA-256: its state is a value, so a copy of it can be ended.</summary>
internal sealed class NSecTranscriptHash : TranscriptHash
{
    private IncrementalHash _running;
    private bool _disposed;

    public NSecTranscriptHash() => IncrementalHash.Initialize(HashAlgorithm.Sha256, out _running);

    public override int Length => HashAlgorithm.Sha256.HashSize;

    public override void Append(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        IncrementalHash.Update(ref _running, data);
    }

    public override void GetCurrent(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));
        IncrementalHash snapshot = _running;
        IncrementalHash.Finalize(ref snapshot, destination[..Length]);
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _running = default;
    }
}
