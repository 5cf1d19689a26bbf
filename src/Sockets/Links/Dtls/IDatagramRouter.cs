using System;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>Knows the other sockets of a server: whose a datagram is that came to one of them. Safe from any thread.</summary>
internal interface IDatagramRouter
{
    /// <summary>Whether a datagram is another's, as its connection ID tells.</summary>
    /// <param name="datagram">Not changed.</param>
    /// <param name="shard">Who asks.</param>
    /// <param name="owner">Whose it is.</param>
    bool IsForeign(ReadOnlySpan<byte> datagram, int shard, out DtlsConnectionIdOwner owner);

    /// <summary>Passes a datagram on, or drops it and counts that. Called outside of every gate; must not block.</summary>
    void Forward(in DtlsConnectionIdOwner owner, in DtlsPath path, ReadOnlySpan<byte> datagram);

    /// <summary>The socket that has a local address; null when none has.</summary>
    UdpPort? FindPort(in DtlsAddress local);
}
