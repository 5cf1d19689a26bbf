using System.Net;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Tests.Platform;

public class DatagramIoTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_datagram_comes_with_its_source_and_length(bool isPortable)
    {
        using SystemSocket server = Bind(IPAddress.Any);
        using SystemSocket client = Connect(server, IPAddress.Loopback);
        client.Send("hello"u8);
        SocketAddress source = NewAddress(server);
        byte[] buffer = new byte[10];
        DatagramInfo info = Receive(server, buffer, source, isPortable);
        Assert.Equal(5, info.Length);
        Assert.False(info.IsTruncated);
        Assert.Equal("hello"u8, buffer.AsSpan(0, 5));
        Assert.Equal(client.LocalEndPoint, new IPEndPoint(0, 0).Create(source));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Truncation_is_told_and_the_next_datagram_is_whole(bool isPortable)
    {
        using SystemPair pair = SystemPair.Udp();
        pair.First.Send(new byte[11]);
        pair.First.Send(new byte[10]);
        pair.First.Send(Array.Empty<byte>());
        byte[] buffer = new byte[10];
        Assert.Equal(new DatagramInfo(10, true, default), Receive(pair.Second, buffer, null, isPortable));
        Assert.Equal(new DatagramInfo(10, false, default), Receive(pair.Second, buffer, null, isPortable));
        Assert.Equal(new DatagramInfo(0, false, default), Receive(pair.Second, buffer, null, isPortable));
        pair.First.Send(new byte[1]);
        Assert.Equal(new DatagramInfo(0, true, default), Receive(pair.Second, [], null, isPortable));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_there_would_block(bool isPortable)
    {
        using SystemSocket server = Bind(IPAddress.Loopback);
        byte[] buffer = new byte[10];
        SocketError error = isPortable
            ? DatagramIo.ReceivePortably(server, buffer, NewAddress(server), out DatagramInfo info)
            : DatagramIo.TryReceiveFrom(server, buffer, NewAddress(server), out info);
        Assert.Equal(SocketError.WouldBlock, error);
        Assert.Equal(default, info);
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.2")]
    [InlineData("::", "127.0.0.1")]
    [InlineData("::", "127.0.0.2")]
    [InlineData("::", "::1")]
    public void A_wildcard_socket_answers_from_the_address_that_was_asked(string bound, string asked)
    {
        Assert.SkipUnless(DatagramIo.KnowsLocalAddress, "This system does not tell.");
        using SystemSocket server = Bind(IPAddress.Parse(bound));
        Assert.True(DatagramIo.EnableLocalAddress(server));
        using SystemSocket client = Connect(server, IPAddress.Parse(asked)); // connected: hears that address only
        client.Send("?"u8);
        SocketAddress source = NewAddress(server);
        byte[] buffer = new byte[10];
        DatagramInfo info = Receive(server, buffer, source, isPortable: false);
        Assert.Equal(IPAddress.Parse(asked), info.LocalAddress.ToIPAddress());
        Assert.NotEqual(0, info.LocalAddress.InterfaceIndex);
        Assert.Equal(SocketError.Success, DatagramIo.TrySendTo(server, "!"u8, source, info.LocalAddress));
        DatagramInfo answer = Receive(client, buffer, null, isPortable: false);
        Assert.Equal(1, answer.Length);
        Assert.Equal((byte)'!', buffer[0]);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void Without_an_address_to_send_from_the_system_chooses(string bound)
    {
        using SystemSocket server = Bind(IPAddress.Parse(bound));
        using SystemSocket client = Connect(server, IPAddress.Loopback);
        client.Send("?"u8);
        SocketAddress source = NewAddress(server);
        byte[] buffer = new byte[10];
        DatagramInfo info = Receive(server, buffer, source, isPortable: false);
        Assert.False(info.LocalAddress.IsSpecified); // not asked for
        Assert.Equal(SocketError.Success, DatagramIo.TrySendTo(server, "!"u8, source, info.LocalAddress));
        Assert.Equal(1, Receive(client, buffer, null, isPortable: false).Length);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void A_foreign_address_cannot_be_sent_from(string bound)
    {
        Assert.SkipUnless(DatagramIo.KnowsLocalAddress, "This system does not tell.");
        using SystemSocket server = Bind(IPAddress.Parse(bound));
        using SystemSocket client = Connect(server, IPAddress.Loopback);
        client.Send("?"u8);
        SocketAddress source = NewAddress(server);
        Receive(server, new byte[10], source, isPortable: false);
        LocalAddress foreign = LocalAddress.FromIPAddress(IPAddress.Parse("203.0.113.77"));
        Assert.NotEqual(SocketError.Success, DatagramIo.TrySendTo(server, "!"u8, source, foreign));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sending_to_a_destination_and_on_a_connected_socket(bool isPortable)
    {
        using SystemSocket server = Bind(IPAddress.Loopback);
        using SystemSocket client = Bind(IPAddress.Loopback);
        SocketAddress destination = server.LocalEndPoint!.Serialize();
        Assert.Equal(SocketError.Success, Send(client, new byte[3], destination, isPortable));
        Assert.Equal(3, Receive(server, new byte[10], null, isPortable).Length);
        client.Connect(server.LocalEndPoint);
        Assert.Equal(SocketError.Success, Send(client, [], null, isPortable));
        Assert.Equal(0, Receive(server, new byte[10], null, isPortable).Length);
        Assert.Equal(SocketError.MessageSize, Send(client, new byte[70_000], null, isPortable));
    }

    [Fact]
    public void A_port_that_nobody_has_shows_as_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ICMP on the loopback interface is told at once on Linux only.");
        using SystemPair pair = SystemPair.Udp(OwnPlace.Next());
        SystemSocket client = pair.First;
        pair.Second.Dispose();
        Assert.Equal(SocketError.Success, Send(client, new byte[1], null, isPortable: false));
        Assert.True(client.Poll(Waiting.HangGuard, SelectMode.SelectError));
        Assert.Equal(SocketError.ConnectionRefused, DatagramIo.TryReceiveFrom(client, new byte[1], null, out _));
    }

    [Fact]
    public void On_linux_it_does_not_allocate()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The portable path makes no promise.");
        using SystemSocket server = Bind(IPAddress.IPv6Any);
        DatagramIo.EnableLocalAddress(server);
        using SystemSocket client = Connect(server, IPAddress.Loopback);
        SocketAddress source = NewAddress(server);
        byte[] buffer = new byte[100];
        Assert.Equal(0, Allocations.PerCall(() =>
        {
            Assert.True(DatagramIo.TrySendTo(client, buffer, null, default) == SocketError.Success);
            SystemPair.AwaitReadable(server);
            Assert.True(DatagramIo.TryReceiveFrom(server, buffer, source, out DatagramInfo info) == SocketError.Success);
            Assert.True(DatagramIo.TrySendTo(server, buffer, source, info.LocalAddress) == SocketError.Success);
            SystemPair.AwaitReadable(client);
            Assert.True(DatagramIo.TryReceiveFrom(client, buffer, null, out _) == SocketError.Success);
        }));
    }

    private static SystemSocket Bind(IPAddress address)
    {
        var socket = new SystemSocket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = true;
        socket.Bind(new IPEndPoint(address, 0));
        socket.Blocking = false;
        return socket;
    }

    private static SystemSocket Connect(SystemSocket server, IPAddress address)
    {
        var socket = new SystemSocket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        socket.Connect(new IPEndPoint(address, ((IPEndPoint)server.LocalEndPoint!).Port));
        return socket;
    }

    private static SocketAddress NewAddress(SystemSocket socket) => new(socket.AddressFamily);

    private static DatagramInfo Receive(SystemSocket socket, byte[] buffer, SocketAddress? source, bool isPortable)
    {
        SystemPair.AwaitReadable(socket);
        SocketError error = isPortable
            ? DatagramIo.ReceivePortably(socket, buffer, source, out DatagramInfo info)
            : DatagramIo.TryReceiveFrom(socket, buffer, source, out info);
        Assert.Equal(SocketError.Success, error);
        return info;
    }

    private static SocketError Send(SystemSocket socket, byte[] datagram, SocketAddress? destination, bool isPortable) => isPortable
        ? DatagramIo.SendPortably(socket, datagram, destination)
        : DatagramIo.TrySendTo(socket, datagram, destination, default);
}
