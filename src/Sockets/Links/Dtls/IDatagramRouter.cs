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

    /// <summary>A handler has its own socket's gate; two that ask for each other's would wait for ever.</summary>
    /// <exception cref="InvalidOperationException">The calling thread is inside a handler of one of the sockets.</exception>
    void ThrowIfInsideHandler();

    /// <summary>The socket that has a local address; null when none has.</summary>
    UdpPort? FindPort(in DtlsAddress local);
}
