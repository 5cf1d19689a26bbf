using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Connecting;

/// <summary>A listening socket whose queue is full: whoever connects hears nothing, as from a host that drops everything.</summary>
internal sealed class FullListener : IDisposable
{
    private readonly SystemSocket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<SystemSocket> _queued = [];

    public FullListener()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        // The kernel takes a connection or two more than it is asked for. One that does not come about shows that it is full.
        while (true)
        {
            var socket = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _queued.Add(socket);
            try
            {
                socket.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
            {
                if (!socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectWrite))
                    return;
            }

            if (_queued.Count > 16)
                throw new InvalidOperationException("The queue does not fill.");
        }
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public void Dispose()
    {
        _listener.Dispose();
        _queued.ForEach(static socket => socket.Dispose());
    }
}
