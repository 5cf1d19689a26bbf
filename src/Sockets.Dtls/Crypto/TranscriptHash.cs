using System;

namespace Sockets.Dtls.Crypto;

/// <summary>A running hash that can be read at any point without ending it.</summary>
public abstract class TranscriptHash : IDisposable
{
    /// <summary>Length in bytes of the hash.</summary>
    public abstract int Length { get; }

    /// <summary>Adds bytes.</summary>
    public abstract void Append(ReadOnlySpan<byte> data);

    /// <summary>Writes the hash of everything so far; appending can go on afterwards.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public abstract void GetCurrent(Span<byte> destination);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the context. Called once or more.</summary>
    protected abstract void Dispose(bool disposing);
}
