using System.Net;
using System.Net.Sockets;
using Sockets.Tests.Platform;

namespace Sockets.Tests.Polling;

/// <summary>Connections that are made without blocking.</summary>
public class ConnectingTests
{
    public static TheoryData<bool> Both => PollKinds.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public void A_connection_is_told_once_and_the_interest_counts_from_then_on(bool isPortable)
    {
        using SystemSocket listener = Listen();
        using SocketPoll poll = PollKinds.Create(isPortable);
        using Socket socket = Socket.StartConnect(listener.LocalEndPoint!, new SocketClientOptions().UsePlaintext());
        poll.Add(socket, SocketEvents.Connected | SocketEvents.Readable, "a");
        Assert.Equal([("a", SocketEvents.Connected)], poll.Await());
        Assert.Equal(SocketState.Open, socket.State);
        Assert.Empty(poll.Look());
        using SystemSocket accepted = listener.Accept();
        accepted.Send([1, 2, 3]);
        Assert.Equal([("a", SocketEvents.Readable)], poll.Await());
        Assert.True(socket.TryReceive(new byte[8], out SocketReceiveResult result));
        Assert.Equal(3, result.Count);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Room_to_send_is_told_only_when_connected(bool isPortable)
    {
        using SystemSocket listener = Listen();
        using SocketPoll poll = PollKinds.Create(isPortable);
        using Socket socket = Socket.StartConnect(listener.LocalEndPoint!, new SocketClientOptions().UsePlaintext());
        poll.Add(socket, SocketEvents.Writable);
        Assert.Equal([(null, SocketEvents.Writable)], poll.Await());
        Assert.Equal(SocketState.Open, socket.State);
        Assert.True(socket.TrySend([1], out _));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_refused_connection_is_an_error_with_its_cause(bool isPortable)
    {
        EndPoint nobody = OwnPlace.Next();
        using SocketPoll poll = PollKinds.Create(isPortable);
        using Socket socket = Socket.StartConnect(nobody, new SocketClientOptions().UsePlaintext());
        poll.Add(socket, SocketEvents.Connected | SocketEvents.Readable | SocketEvents.Writable, "a");
        SocketPollEvent found = poll.AwaitOne();
        Assert.Equal(SocketEvents.Error, found.Events);
        Assert.Equal("a", found.UserData);
        Assert.Equal(SocketFailureReason.ConnectionRefused, found.Failure!.Reason);
        Assert.Equal(SocketState.Closed, socket.State);
        Assert.Equal(SocketFailureReason.ConnectionRefused, Assert.Throws<SocketFailureException>(() => socket.TrySend([1], out _)).Reason);
        Assert.Equal([("a", SocketEvents.Error)], poll.Look());
        socket.Dispose();
        Assert.Empty(poll.Look());
    }

    [Fact]
    public void A_failure_is_told_once_by_edge_and_by_one_shot()
    {
        EndPoint nobody = OwnPlace.Next();
        foreach (SocketPollMode mode in (SocketPollMode[])[SocketPollMode.Edge, SocketPollMode.OneShot])
        {
            using var poll = new SocketPoll();
            using Socket socket = Socket.StartConnect(nobody, new SocketClientOptions().UsePlaintext());
            poll.Add(socket, SocketEvents.Connected, mode, mode);
            Assert.Equal([(mode, SocketEvents.Error)], poll.Await());
            Assert.Empty(poll.Look());
        }
    }

    [Fact]
    public void A_socket_that_is_open_already_is_told_as_connected_too()
    {
        using var poll = new SocketPoll();
        using var pair = new PlainPair("unix");
        poll.Add(pair.Socket, SocketEvents.Connected, "a");
        Assert.Equal([("a", SocketEvents.Connected)], poll.Look());
        Assert.Empty(poll.Look());
        poll.Modify(pair.Socket, SocketEvents.Connected | SocketEvents.Writable);
        Assert.Equal([("a", SocketEvents.Writable)], poll.Look());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Unix_and_UDP_are_open_at_once(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            using Socket stream = Socket.StartConnect(new UnixDomainSocketEndPoint(path), new SocketClientOptions().UsePlaintext());
            using SystemPair udp = SystemPair.Udp();
            using Socket datagrams = Socket.StartConnect(udp.First.LocalEndPoint!, new SocketClientOptions { Transport = SocketTransport.Datagram }.UsePlaintext());
            poll.Add(stream, SocketEvents.Connected, "unix");
            poll.Add(datagrams, SocketEvents.Connected, "udp");
            Assert.Equal([("unix", SocketEvents.Connected), ("udp", SocketEvents.Connected)], poll.Await());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static SystemSocket Listen()
    {
        var listener = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }
}
