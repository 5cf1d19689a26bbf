using System;
using System.Collections.Generic;
using System.Net;
using Sockets.Engine;

namespace Sockets;

/// <summary>
/// Makes headers of the PROXY protocol, for programs that pass connections on: the first bytes on the connection to a server that
/// trusts them.
/// </summary>
public static class SocketProxyHeader
{
    /// <summary>A header of version 1: addresses of one family, or "unknown".</summary>
    /// <param name="source">The client. Null, or of a family that version 1 does not have: unknown.</param>
    /// <param name="destination">Where the client connected to.</param>
    /// <returns>At most 107 bytes.</returns>
    /// <exception cref="ArgumentException">The two are of different families.</exception>
    public static byte[] CreateVersion1(EndPoint? source, EndPoint? destination) => ProxyHeaderWriter.WriteVersion1(source, destination);

    /// <summary>A header of version 2.</summary>
    /// <param name="source">The client, an IP or a Unix domain socket. Null: unknown.</param>
    /// <param name="destination">Where the client connected to.</param>
    /// <param name="tlvs">What else to tell.</param>
    /// <param name="includeChecksum">True: a checksum is added, which the receiver checks.</param>
    /// <returns>The header.</returns>
    /// <exception cref="ArgumentException">The two are of different families, or all together is too long.</exception>
    public static byte[] CreateVersion2(EndPoint? source, EndPoint? destination, IEnumerable<SocketProxyTlv>? tlvs = null, bool includeChecksum = false) =>
        ProxyHeaderWriter.WriteVersion2(isLocal: false, source, destination, tlvs ?? [], includeChecksum);

    /// <summary>A header of version 2 for a connection of the proxy itself, such as a health check.</summary>
    /// <returns>The header.</returns>
    public static byte[] CreateLocal() => ProxyHeaderWriter.WriteVersion2(isLocal: true, null, null, [], includeChecksum: false);
}
