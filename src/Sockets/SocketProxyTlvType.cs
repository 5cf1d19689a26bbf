namespace Sockets;

/// <summary>Types of what may follow the addresses in a version 2 header; others are free for applications and experiments.</summary>
public enum SocketProxyTlvType : byte
{
    /// <summary>The application protocol that was negotiated.</summary>
    Alpn = 0x01,

    /// <summary>The host name the client asked for (SNI).</summary>
    Authority = 0x02,

    /// <summary>Checksum of the header.</summary>
    Crc32C = 0x03,

    /// <summary>Padding.</summary>
    NoOperation = 0x04,

    /// <summary>An identifier of the connection, at most 128 bytes.</summary>
    UniqueId = 0x05,

    /// <summary>What the proxy knows of the client's TLS connection: contains others.</summary>
    Ssl = 0x20,

    /// <summary>Inside <see cref="Ssl"/>: the protocol version as text.</summary>
    SslVersion = 0x21,

    /// <summary>Inside <see cref="Ssl"/>: the common name of the client's certificate.</summary>
    SslCommonName = 0x22,

    /// <summary>Inside <see cref="Ssl"/>: the cipher suite as text.</summary>
    SslCipher = 0x23,

    /// <summary>Inside <see cref="Ssl"/>: the signature algorithm of the proxy's certificate.</summary>
    SslSignatureAlgorithm = 0x24,

    /// <summary>Inside <see cref="Ssl"/>: the key algorithm of the proxy's certificate.</summary>
    SslKeyAlgorithm = 0x25,

    /// <summary>The name of the network namespace the connection came through.</summary>
    NetworkNamespace = 0x30,
}
