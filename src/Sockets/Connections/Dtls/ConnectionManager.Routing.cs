using System;
using System.Threading;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

/// <content>Datagrams that came to the wrong socket, or to the wrong node.</content>
public sealed partial class ConnectionManager : IDatagramRouter
{
    private long _forwardedToShards;
    private long _forwardedToNodes;
    private long _injected;
    private long _forwardsDropped;

    /// <summary>
    /// Takes a datagram that came to another node, whose <see cref="IDatagramForwarder"/> read this node's number in it. It is treated
    /// as if it had come here on that path, so whoever calls this vouches for it: only what authenticated nodes say may come here. What
    /// has no connection ID of a connection here is refused; nothing is believed beyond the path. Never waits; any thread; the datagram is copied.
    /// </summary>
    /// <param name="path">
    /// Where it came from, and where it arrived. An unspecified local address, or one that none of the sockets has, leaves the socket that
    /// answers to the manager.
    /// </param>
    /// <param name="datagram">The datagram.</param>
    /// <returns>False: it is not this node's, no connection has its connection ID, or there was no room.</returns>
    public bool Inject(in DtlsPath path, ReadOnlySpan<byte> datagram)
    {
        if (_layout is { } layout
            && path.Remote.IsSpecified
            && layout.TryReadDatagramOwner(datagram, out DtlsConnectionIdOwner owner)
            && owner.Node == layout.Node
            && owner.Shard < _drivers.Length
            && _drivers[owner.Shard].TryForward(KnownPath(path), datagram))
        {
            Interlocked.Increment(ref _injected);
            return true;
        }

        Interlocked.Increment(ref _forwardsDropped);
        return false;
    }

    bool IDatagramRouter.IsForeign(ReadOnlySpan<byte> datagram, int shard, out DtlsConnectionIdOwner owner)
    {
        owner = default;
        return _layout is { } layout
            && layout.TryReadDatagramOwner(datagram, out owner)
            && (owner.Shard != shard || owner.Node != layout.Node);
    }

    void IDatagramRouter.Forward(in DtlsConnectionIdOwner owner, in DtlsPath path, ReadOnlySpan<byte> datagram)
    {
        if (owner.Node == _layout!.Node)
        {
            if (owner.Shard < _drivers.Length && _drivers[owner.Shard].TryForward(path, datagram))
                Interlocked.Increment(ref _forwardedToShards);
            else
                Interlocked.Increment(ref _forwardsDropped);
        }
        else if (TryForwardToNode(owner.Node, path, datagram))
        {
            Interlocked.Increment(ref _forwardedToNodes);
        }
        else
        {
            Interlocked.Increment(ref _forwardsDropped);
        }
    }

    void IDatagramRouter.ThrowIfInsideHandler() => ThrowIfInsideHandler();

    private void ThrowIfInsideHandler()
    {
        foreach (DatagramDriver driver in _drivers)
        {
            if (driver.IsInsideHandler)
            {
                throw new InvalidOperationException(
                    "An IDtlsHandler of a ConnectionManager may use channels of its own socket only, and may not ask or stop the manager: let another thread do it, or StopAsync, which may be called and not waited for.");
            }
        }
    }

    UdpPort? IDatagramRouter.FindPort(in DtlsAddress local)
    {
        foreach (UdpPort port in _ports)
        {
            if (port.Has(local))
                return port;
        }

        return null;
    }

    /// <summary>A path as the sockets here tell it: without a local address where there is only one, or where it is none of ours.</summary>
    private DtlsPath KnownPath(in DtlsPath path) => ((IDatagramRouter)this).FindPort(path.Local) is null ? path with { Local = default } : path;

    private bool TryForwardToNode(int node, in DtlsPath path, ReadOnlySpan<byte> datagram)
    {
        try
        {
            return _options.Forwarder?.TryForward(node, path, datagram) == true;
        }
        catch (Exception)
        {
            return false; // the application's; a datagram is no reason for a loop to end
        }
    }
}
