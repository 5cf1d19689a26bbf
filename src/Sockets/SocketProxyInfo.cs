using System;
using System.Collections.Generic;
using System.Net;

namespace Sockets;

/// <summary>What a trusted proxy said of a connection in the header of the PROXY protocol.</summary>
public sealed class SocketProxyInfo
{
    internal SocketProxyInfo(SocketProxyVersions version, bool isLocal, EndPoint? source, EndPoint? destination, IReadOnlyList<SocketProxyTlv> tlvs)
    {
        Version = version;
        IsLocal = isLocal;
        Source = source;
        Destination = destination;
        Tlvs = tlvs;
    }

    /// <summary>The version of the header.</summary>
    public SocketProxyVersions Version { get; }

    /// <summary>The proxy speaks for itself (a health check): no client is behind this connection.</summary>
    public bool IsLocal { get; }

    /// <summary>
    /// The client: an <see cref="IPEndPoint"/>, or a Unix domain socket. Null when the proxy does not say (<see cref="IsLocal"/>, an unknown
    /// transport, an unnamed socket): then the address of the connection itself is all there is.
    /// </summary>
    public EndPoint? Source { get; }

    /// <summary>Where the client connected to; null when the proxy does not say.</summary>
    public EndPoint? Destination { get; }

    /// <summary>All that followed the addresses, in its order and with unknown types.</summary>
    public IReadOnlyList<SocketProxyTlv> Tlvs { get; }

    /// <summary>The application protocol (ALPN) between client and proxy; null when not told.</summary>
    public ReadOnlyMemory<byte>? ApplicationProtocol => SocketProxyTlv.Find(Tlvs, SocketProxyTlvType.Alpn);

    /// <summary>The host name the client asked the proxy for; null when not told.</summary>
    public string? Authority => SocketProxyTlv.FindText(Tlvs, SocketProxyTlvType.Authority);

    /// <summary>The proxy's identifier of the connection; null when not told.</summary>
    public ReadOnlyMemory<byte>? UniqueId => SocketProxyTlv.Find(Tlvs, SocketProxyTlvType.UniqueId);

    /// <summary>The network namespace the connection came through; null when not told.</summary>
    public string? NetworkNamespace => SocketProxyTlv.FindText(Tlvs, SocketProxyTlvType.NetworkNamespace);

    /// <summary>TLS between client and proxy; null when not told.</summary>
    public SocketProxyTls? Tls => SocketProxyTlv.Find(Tlvs, SocketProxyTlvType.Ssl) is { } value ? new SocketProxyTls(value) : null;
}
