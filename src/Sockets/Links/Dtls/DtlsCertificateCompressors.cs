using System.Collections.Generic;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

/// <summary>
/// What the platform has for <see cref="DtlsOptions.CertificateCompressors"/> (RFC 8879). There is no Zstandard in it: a
/// <see cref="DtlsCertificateCompressor"/> of your own may wrap one.
/// </summary>
public static class DtlsCertificateCompressors
{
    /// <summary>zlib.</summary>
    public static DtlsCertificateCompressor Zlib { get; } = new ZlibCertificateCompressor();

    /// <summary>Brotli, which is shorter.</summary>
    public static DtlsCertificateCompressor Brotli { get; } = new BrotliCertificateCompressor();

    /// <summary>All of them, the best one first.</summary>
    public static IReadOnlyList<DtlsCertificateCompressor> All { get; } = [Brotli, Zlib];
}
