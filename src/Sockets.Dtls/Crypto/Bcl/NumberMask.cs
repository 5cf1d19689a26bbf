using System;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>Makes the record-number mask of one key (RFC 9147 §4.2.3). Not thread-safe; does not allocate.</summary>
internal abstract class NumberMask : IDisposable
{
    /// <summary>Fills 1 or 2 bytes of mask from a sample of 16 bytes of ciphertext.</summary>
    public abstract void Compute(ReadOnlySpan<byte> sample, Span<byte> mask);

    /// <summary>Zeroes the key.</summary>
    public abstract void Dispose();
}
