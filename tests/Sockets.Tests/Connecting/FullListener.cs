using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Connecting;

/// <summary>A listening socket whose queue is full: whoever connects hears nothing, as from a host that drops everything.</summary>
internal sealed class FullListener : IDisposable
{
    // struct tcp_info of a listening socket: how many wait to be accepted, and how many may.
    private const int TcpLevel = 6;
    private const int TcpInformation = 11;
    private const int WaitingOffset = 24;
    private const int MostOffset = 28;

    private readonly SystemSocket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<SystemSocket> _queued = [];

    public FullListener()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        // The kernel takes a connection or two more than it is asked for.
        while (!IsFull())
        {
            var socket = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _queued.Add(socket);
            try
            {
                socket.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
            {
                if (OperatingSystem.IsLinux())
                    Assert.True(SpinWait.SpinUntil(() => IsFull() || socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite), Waiting.HangGuard));
                else if (!socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectWrite))
                    return; // the system does not say that it is full: one that does not come about shows it
            }

            if (_queued.Count > 16)
                throw new InvalidOperationException("The queue does not fill.");
        }
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    private bool IsFull()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        Span<byte> information = stackalloc byte[MostOffset + sizeof(uint)];
        return _listener.GetRawSocketOption(TcpLevel, TcpInformation, information) == information.Length
            && BitConverter.ToUInt32(information[WaitingOffset..]) > BitConverter.ToUInt32(information[MostOffset..]);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _queued.ForEach(static socket => socket.Dispose());
    }
}
