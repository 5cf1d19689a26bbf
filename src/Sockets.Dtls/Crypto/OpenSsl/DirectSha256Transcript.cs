using System;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>A running SHA-256 in this object itself, see <see cref="DirectSha256"/>; a snapshot is a copy that is ended.</summary>
internal sealed unsafe class DirectSha256Transcript : TranscriptHash
{
    private const int HashLength = 32;

    private Sha256State _state;
    private bool _isDisposed;

    public DirectSha256Transcript()
    {
        fixed (Sha256State* state = &_state)
            LibCrypto.SHA256_Init(state);
    }

    public override int Length => HashLength;

    public override void Append(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        fixed (Sha256State* state = &_state)
            DirectSha256.Append(state, data);
    }

    public override void GetCurrent(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, HashLength, nameof(destination));
        Sha256State snapshot = _state;
        fixed (byte* output = destination)
            LibCrypto.SHA256_Final(output, &snapshot);
    }

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        _state = default;
    }
}
