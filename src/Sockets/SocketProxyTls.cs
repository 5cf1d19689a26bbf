using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Sockets.Engine;

namespace Sockets;

/// <summary>What a proxy says of the TLS connection between the client and itself.</summary>
public sealed class SocketProxyTls
{
    private const byte UsesTls = 0x01;
    private const byte CertificateInConnection = 0x02;
    private const byte CertificateInSession = 0x04;

    private readonly byte _client;

    /// <summary>The value was checked by the parser.</summary>
    internal SocketProxyTls(ReadOnlyMemory<byte> value)
    {
        _client = value.Span[0];
        VerifyResult = BinaryPrimitives.ReadUInt32BigEndian(value.Span[1..]);
        Tlvs = ProxyTlvs.Read(value[ProxyTlvs.SslPrefixLength..]);
    }

    /// <summary>The client came over TLS.</summary>
    public bool IsTls => (_client & UsesTls) != 0;

    /// <summary>The client showed a certificate in this connection.</summary>
    public bool HasCertificate => (_client & CertificateInConnection) != 0;

    /// <summary>The client showed a certificate in this connection or in the session it resumed.</summary>
    public bool HasCertificateInSession => (_client & (CertificateInConnection | CertificateInSession)) != 0;

    /// <summary>0: the certificate was verified, or there was none. Anything else: verification failed.</summary>
    public uint VerifyResult { get; }

    /// <summary>The client showed a certificate, and the proxy verified it.</summary>
    public bool IsCertificateVerified => HasCertificateInSession && VerifyResult == 0;

    /// <summary>The protocol version, such as <c>TLSv1.3</c>; null when not told.</summary>
    public string? Version => SocketProxyTlv.FindText(Tlvs, SocketProxyTlvType.SslVersion);

    /// <summary>The common name in the client's certificate; null when not told.</summary>
    public string? CommonName => SocketProxyTlv.FindText(Tlvs, SocketProxyTlvType.SslCommonName);

    /// <summary>The cipher suite; null when not told.</summary>
    public string? Cipher => SocketProxyTlv.FindText(Tlvs, SocketProxyTlvType.SslCipher);

    /// <summary>All there is inside, as it was sent.</summary>
    public IReadOnlyList<SocketProxyTlv> Tlvs { get; }
}
