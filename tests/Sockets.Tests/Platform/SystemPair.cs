using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Platform;

/// <summary>Two connected, non-blocking system sockets.</summary>
internal sealed class SystemPair : IDisposable
{
    private SystemPair(SystemSocket first, SystemSocket second)
    {
        First = first;
        Second = second;
        first.Blocking = false;
        second.Blocking = false;
    }

    public SystemSocket First { get; }

    public SystemSocket Second { get; }

    public static SystemPair Create(string kind) => kind switch
    {
        "tcp" => Tcp(),
        "unix" => Unix(),
        "udp" => Udp(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static SystemPair Tcp()
    {
        using var listener = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var first = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        first.Connect(listener.LocalEndPoint!);
        return new SystemPair(first, listener.Accept());
    }

    public static SystemPair Unix()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            var first = new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            first.Connect(new UnixDomainSocketEndPoint(path));
            return new SystemPair(first, listener.Accept());
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Datagrams that are never lost: the first is told to wait when the second has too many.</summary>
    public static SystemPair UnixDatagrams()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var first = new SystemSocket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var second = new SystemSocket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            second.Bind(new UnixDomainSocketEndPoint(path));
            first.Connect(new UnixDomainSocketEndPoint(path));
            return new SystemPair(first, second);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <param name="second">Where the second is, so that nobody else takes its place when it is gone; null: anywhere.</param>
    public static SystemPair Udp(IPEndPoint? second = null) => UdpTo(second ?? new IPEndPoint(IPAddress.Loopback, 0));

    private static SystemPair UdpTo(IPEndPoint place)
    {
        var first = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var second = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        first.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        second.Bind(place);
        first.Connect(second.LocalEndPoint!);
        second.Connect(first.LocalEndPoint!);
        return new SystemPair(first, second);
    }

    /// <summary>Waits until something can be received; fails when nothing comes.</summary>
    public static void AwaitReadable(SystemSocket socket) => Assert.True(socket.Poll(Waiting.HangGuard, SelectMode.SelectRead));

    /// <summary>Receives exactly so many bytes of a stream.</summary>
    public static byte[] ReceiveExactly(SystemSocket socket, int count)
    {
        byte[] buffer = new byte[count];
        for (int filled = 0; filled < count;)
        {
            AwaitReadable(socket);
            int received = socket.Receive(buffer.AsSpan(filled));
            Assert.NotEqual(0, received);
            filled += received;
        }

        return buffer;
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
