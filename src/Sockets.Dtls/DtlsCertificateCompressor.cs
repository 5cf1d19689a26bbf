using System;

namespace Sockets.Dtls;

/// <summary>
/// One algorithm of certificate compression (RFC 8879) for <see cref="DtlsConfig.CertificateCompressors"/>. Used by any number of
/// connections and threads at the same time.
/// </summary>
public abstract class DtlsCertificateCompressor
{
    /// <summary>Which one.</summary>
    public abstract DtlsCertificateCompression Algorithm { get; }

    /// <summary>Compresses one of our own messages. Done once for each credential, so it may take its time.</summary>
    public abstract byte[] Compress(ReadOnlySpan<byte> message);

    /// <summary>
    /// Takes apart what a peer sent, before it has proven who it is. Must stop where <paramref name="destination"/> is full, must not
    /// allocate by what the input says of itself, and must not throw for anything in it.
    /// </summary>
    /// <param name="compressed">The peer's bytes.</param>
    /// <param name="destination">As long as the message has to be.</param>
    /// <returns>Whether the input came out whole and filled the destination exactly.</returns>
    public abstract bool TryDecompress(ReadOnlySpan<byte> compressed, Span<byte> destination);
}
