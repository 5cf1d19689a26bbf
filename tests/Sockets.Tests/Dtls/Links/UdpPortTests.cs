using System.Net;
using System.Net.Sockets;
using Sockets.Links.Dtls;

namespace Sockets.Tests;

public class UdpPortTests
{
    /// <summary>The hint that a port is closed comes in the place of the next datagram, which goes out all the same.</summary>
    [Fact]
    public void An_error_that_a_send_takes_from_the_system_is_told_although_all_was_sent()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ICMP on the loopback interface is told at once on Linux only.");
        using var peer = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(OwnPlace.Next());
        SystemSocket? system = null;
        using var port = UdpPort.Connect((IPEndPoint)peer.LocalEndPoint!, new DtlsClientOptions(), prepare: socket => system = socket);
        peer.Dispose();
        int[] lengths = [3, 2];
        byte[] data = [1, 2, 3, 4, 5];
        Assert.Equal(1, port.SendMany(data, lengths.AsSpan(0, 1), default, out SocketError error));
        Assert.Equal(SocketError.Success, error);
        Assert.True(system!.Poll(Waiting.HangGuard, SelectMode.SelectError));
        Assert.Equal(2, port.SendMany(data, lengths, default, out error));
        Assert.Equal(SocketError.ConnectionRefused, error);
    }
}
