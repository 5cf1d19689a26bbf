using Sockets.Links;
using Sockets.Tests.Platform;

namespace Sockets.Tests.Polling;

/// <summary>One of our sockets, plain, and the system's socket at the other end.</summary>
internal sealed class PlainPair : IDisposable
{
    private readonly SystemPair _pair;

    public PlainPair(string kind)
    {
        _pair = SystemPair.Create(kind);
        Socket = kind == "udp"
            ? new Socket(new PlainDatagramLink(_pair.First), SocketTransport.Datagram, TimeProvider.System)
            : new Socket(new PlainLink(_pair.First), SocketTransport.Stream, TimeProvider.System);
    }

    public Socket Socket { get; }

    /// <summary>What the system knows our socket by.</summary>
    public SystemSocket Own => _pair.First;

    public SystemSocket Peer => _pair.Second;

    /// <summary>Something arrives, and can be received when this returns.</summary>
    public void Arrive(int length = 1)
    {
        Peer.Send(new byte[length]);
        SystemPair.AwaitReadable(Own);
    }

    /// <summary>Receives until there is nothing.</summary>
    public int Drain()
    {
        int total = 0;
        byte[] buffer = new byte[4096];
        while (Socket.TryReceive(buffer, out SocketReceiveResult result) && !result.IsEnd)
            total += result.Count;
        return total;
    }

    /// <summary>Sends until the system takes no more.</summary>
    public void Fill()
    {
        byte[] buffer = new byte[65536];
        while (Socket.TrySend(buffer, out _))
        {
        }
    }

    /// <summary>The peer receives until there is nothing and our side has room again.</summary>
    public void DrainPeer()
    {
        byte[] buffer = new byte[65536];
        while (!Own.Poll(0, System.Net.Sockets.SelectMode.SelectWrite))
        {
            SystemPair.AwaitReadable(Peer);
            Peer.Receive(buffer);
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        _pair.Dispose();
    }
}
