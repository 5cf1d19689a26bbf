using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Sockets;

/// <summary>
/// The PROXY protocol on accepted connections. A connection from a trusted source must begin with a header, and is closed when it
/// does not. Of every other source nothing is looked at: its connections go on as if there were no such protocol.
/// </summary>
public sealed class SocketProxyOptions
{
    internal const int LeastMaxHeaderLength = 536;
    internal const int GreatestMaxHeaderLength = 16 + ushort.MaxValue;

    /// <summary>The versions that are understood. Default: both.</summary>
    public SocketProxyVersions Versions { get; set; } = SocketProxyVersions.All;

    /// <summary>The networks of the proxies. Empty: no IP address is trusted.</summary>
    public IList<IPNetwork> TrustedSources { get; set; } = [];

    /// <summary>Whoever connects to a Unix domain socket of ours is a proxy: the rights on its file say who can. Default: false.</summary>
    public bool TrustUnixDomainPeers { get; set; }

    /// <summary>How long the whole header may take. Default: 5 s.</summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest header of version 2, addresses and all: 536 to 65,551 bytes. Default: 4096.</summary>
    public int MaxHeaderLength { get; set; } = 4096;

    /// <summary>A checked copy that later changes do not reach.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A property has a value outside its range.</exception>
    internal SocketProxyOptions Snapshot()
    {
        if (Versions == SocketProxyVersions.None || (Versions & ~SocketProxyVersions.All) != 0)
            throw new ArgumentOutOfRangeException(nameof(Versions), Versions, $"{nameof(Versions)} names the versions that are understood.");
        if (HeaderTimeout <= TimeSpan.Zero && HeaderTimeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(HeaderTimeout), HeaderTimeout, $"{nameof(HeaderTimeout)} is more than 0.");
        if (MaxHeaderLength is < LeastMaxHeaderLength or > GreatestMaxHeaderLength)
            throw new ArgumentOutOfRangeException(nameof(MaxHeaderLength), MaxHeaderLength, $"{nameof(MaxHeaderLength)} is {LeastMaxHeaderLength} to {GreatestMaxHeaderLength}.");
        var copy = (SocketProxyOptions)MemberwiseClone();
        copy.TrustedSources = [.. TrustedSources];
        return copy;
    }

    /// <summary>A header is required from this peer. An IPv4 peer of a dual-stack listener is looked for as IPv4, and as it is.</summary>
    internal bool IsTrusted(EndPoint? peer)
    {
        if (peer is not IPEndPoint { Address: { } address })
            return TrustUnixDomainPeers && peer?.AddressFamily == AddressFamily.Unix;
        foreach (IPNetwork network in TrustedSources)
        {
            if (network.Contains(address) || (address.IsIPv4MappedToIPv6 && network.Contains(address.MapToIPv4())))
                return true;
        }

        return false;
    }
}
