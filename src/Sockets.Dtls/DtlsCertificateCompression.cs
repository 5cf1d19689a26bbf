namespace Sockets.Dtls;

/// <summary>Algorithms of certificate compression (RFC 8879 §7.3). The values are the wire values.</summary>
public enum DtlsCertificateCompression : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>zlib (RFC 1950).</summary>
    Zlib = 1,

    /// <summary>Brotli (RFC 7932).</summary>
    Brotli = 2,

    /// <summary>Zstandard (RFC 8878). The platform has none: bring a <see cref="DtlsCertificateCompressor"/> of your own.</summary>
    Zstd = 3,
}
