using Sockets.Links;
using Sockets.Tests.Platform;

namespace Sockets.Tests;

/// <summary>Two connected sockets.</summary>
internal sealed class SocketPair(Socket client, Socket server) : IDisposable
{
    public Socket Client => client;

    public Socket Server => server;

    /// <summary>Plain ones over "tcp", "unix" or "udp"; "reading" is TCP where files are read and sent.</summary>
    public static SocketPair Plain(string kind, TimeProvider? timeProvider = null, int? bufferSize = null)
    {
        SystemPair pair = SystemPair.Create(kind == "reading" ? "tcp" : kind); // its sockets have new owners
        return new SocketPair(Wrap(pair.First, kind, timeProvider, bufferSize), Wrap(pair.Second, kind, timeProvider, bufferSize));
    }

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    private static Socket Wrap(SystemSocket socket, string kind, TimeProvider? timeProvider, int? bufferSize)
    {
        if (bufferSize is { } size)
        {
            socket.SendBufferSize = size;
            socket.ReceiveBufferSize = size;
        }

        SocketLink link = kind == "udp" ? new PlainDatagramLink(socket) : new PlainLink(socket);
        if (kind == "reading")
            link = new ReadingLink((PlainLink)link);
        return new Socket(link, link.IsDatagram ? SocketTransport.Datagram : SocketTransport.Stream, timeProvider ?? TimeProvider.System);
    }
}
