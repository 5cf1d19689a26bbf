using System.Net;
using System.Net.Sockets;
using Sockets.Engine;
using Sockets.Links;
using Sockets.Tests.Listening;

namespace Sockets.Tests.Faults;

/// <summary>
/// An error that the system has for a plain datagram socket is about one datagram: it is told once, and the socket goes on.
/// </summary>
public sealed class DatagramErrorTests : IDisposable
{
    private readonly SystemSocket _peer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _address;
    private SystemSocket? _revived;

    public DatagramErrorTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ICMP on the loopback interface is told at once on Linux only.");
        _peer.Bind(OwnPlace.Next()); // it goes away, and comes back
        _address = (IPEndPoint)_peer.LocalEndPoint!;
    }

    public void Dispose()
    {
        _peer.Dispose();
        _revived?.Dispose();
    }

    public static TheoryData<string> Faces => ["try", "sync", "async", "vector", "send", "queue"];

    [Theory]
    [MemberData(nameof(Faces))]
    public async Task APortThatNobodyHasIsToldOnceAndTheSocketGoesOn(string face)
    {
        await using Socket socket = await ConnectAsync();
        await ProvokeAsync(socket);
        byte[] buffer = new byte[16];
        await using var queue = face == "queue" ? new SocketAsync(socket) : null;
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () =>
        {
            switch (face)
            {
                case "try":
                    socket.TryReceive(buffer, out _);
                    break;
                case "sync":
                    await Task.Run(() => socket.Receive(buffer)).WaitAsync(Waiting.HangGuard);
                    break;
                case "async":
                    await socket.ReceiveAsync(buffer, Listeners.Guard);
                    break;
                case "vector":
                    await socket.ReceiveAsync(new Memory<byte>[] { buffer.AsMemory(0, 4), buffer.AsMemory(4) }, Listeners.Guard);
                    break;
                case "send":
                    await socket.SendAsync("lost"u8.ToArray(), Listeners.Guard);
                    break;
                default:
                    await queue!.ReceiveAsync(buffer, Listeners.Guard);
                    break;
            }
        });
        Assert.Equal(SocketFailureReason.ConnectionRefused, failure.Reason);
        Assert.Equal(SocketState.Open, socket.State);

        Revive();
        if (queue is null)
        {
            await socket.SendAsync("hello"u8.ToArray(), Listeners.Guard);
            await EchoAsync();
            Assert.Equal(5, (await socket.ReceiveAsync(buffer, Listeners.Guard)).Count);
        }
        else
        {
            await queue.SendAsync("hello"u8.ToArray(), Listeners.Guard);
            await EchoAsync();
            Assert.Equal(5, (await queue.ReceiveAsync(buffer, Listeners.Guard)).Count);
        }
    }

    [Fact]
    public async Task WhoBlocksInAReceiveWithoutALimitGetsTheErrorAndNoTimeout()
    {
        await using Socket socket = await ConnectAsync();
        _peer.Dispose();
        using var begun = new ManualResetEventSlim();
        Task<SocketFailureException> receiving = Task.Run(() =>
        {
            begun.Set();
            return Assert.Throws<SocketFailureException>(() => socket.Receive(new byte[16]));
        });
        Assert.True(begun.Wait(Waiting.HangGuard));
        await socket.SendAsync("lost"u8.ToArray(), Listeners.Guard);
        Assert.Equal(SocketFailureReason.ConnectionRefused, (await receiving.WaitAsync(Waiting.HangGuard)).Reason);
        Assert.Equal(SocketState.Open, socket.State);
    }

    [Theory]
    [InlineData(SocketPollMode.Level)]
    [InlineData(SocketPollMode.Edge)]
    public async Task APollReportsTheErrorAndThenWhatComes(SocketPollMode mode)
    {
        await using Socket socket = await ConnectAsync();
        using var poll = new SocketPoll();
        poll.Add(socket, SocketEvents.Readable, mode: mode);
        await ProvokeAsync(socket);
        var events = new SocketPollEvent[1];
        Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
        Assert.Equal(SocketEvents.Error, events[0].Events & SocketEvents.Error);
        Assert.Null(events[0].Failure);
        byte[] buffer = new byte[16];
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => socket.TryReceive(buffer, out _));
        Assert.Equal(SocketFailureReason.ConnectionRefused, failure.Reason);
        Assert.False(socket.TryReceive(buffer, out _));

        Revive();
        Assert.True(socket.TrySend("hello"u8, out _));
        await EchoAsync();
        do
            Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
        while ((events[0].Events & SocketEvents.Readable) == 0);
        Assert.Equal(SocketEvents.None, events[0].Events & SocketEvents.Error);
        Assert.True(socket.TryReceive(buffer, out SocketReceiveResult result));
        Assert.Equal(5, result.Count);
    }

    [Fact]
    public async Task AnAcceptedSocketOutlivesAnErrorOfItsSends()
    {
        // A peer that only a socket with the right to broadcast may answer.
        SocketListenerOptions options = Listeners.PlainDatagrams;
        await using var acceptor = UdpAcceptor.Bind(Listeners.AnyPort, options, new AcceptAdmission(1), PortSharing.None);
        var link = new UdpServerLink(acceptor, default, new IPEndPoint(IPAddress.Broadcast, 9).Serialize(), default, queueSize: 1000);
        await using var socket = new Socket(link, SocketTransport.Datagram, TimeProvider.System);
        for (int i = 0; i < 2; i++)
        {
            SocketFailureException failure = Assert.Throws<SocketFailureException>(() => socket.TrySend("x"u8, out _));
            Assert.Equal(SocketFailureReason.AccessDenied, failure.Reason);
            Assert.Equal(SocketState.Open, socket.State);
        }

        link.Deliver("hello"u8);
        Assert.True(socket.TryReceive(new byte[16], out SocketReceiveResult result));
        Assert.Equal(5, result.Count);
    }

    [Fact]
    public async Task TwoThreadsThatPumpOneSocketDoNotMissWhatTheOtherTook()
    {
        SocketListenerOptions options = Listeners.PlainDatagrams;
        options.DrivenByPoll = true;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using var other = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(Listeners.AnyPort);
        await _peer.SendToAsync("1"u8.ToArray(), SocketFlags.None, listener.LocalEndPoint);
        await other.SendToAsync("2"u8.ToArray(), SocketFlags.None, listener.LocalEndPoint);
        await using Socket first = listener.Accept();
        await using Socket second = listener.Accept();
        byte[] buffer = new byte[16];
        Assert.Equal(1, first.Receive(buffer).Count);
        Assert.Equal(1, second.Receive(buffer).Count);
        Task[] readers = [.. new[] { first, second }.Select(static socket => Task.Run(() =>
        {
            byte[] own = new byte[16];
            for (int i = 0; i < 200; i++)
            {
                Assert.Equal(1, socket.Receive(own).Count);
                Assert.Equal(1, socket.Send(own.AsSpan(0, 1)));
            }
        }))];
        for (int i = 0; i < 200; i++)
        {
            foreach (SystemSocket peer in new[] { _peer, other })
                await peer.SendToAsync("x"u8.ToArray(), SocketFlags.None, listener.LocalEndPoint);
            foreach (SystemSocket peer in new[] { _peer, other })
                await peer.ReceiveFromAsync(new byte[16], SocketFlags.None, Listeners.AnyPort).WaitAsync(Waiting.HangGuard);
        }

        await Task.WhenAll(readers).WaitAsync(Waiting.HangGuard);
        Task<SocketFailureException> blocked = Task.Run(() => Assert.Throws<SocketFailureException>(() => first.Receive(new byte[1])));
        first.Dispose();
        Assert.Equal(SocketFailureReason.Closed, (await blocked.WaitAsync(Waiting.HangGuard)).Reason);
    }

    [Fact]
    public async Task AListenerThatIsClosedClosesItsPeersForSendsAsWell()
    {
        SocketListenerOptions options = Listeners.PlainDatagrams;
        var listener = SocketListener.Bind(Listeners.AnyPort, options);
        await _peer.SendToAsync("hello"u8.ToArray(), SocketFlags.None, listener.LocalEndPoint);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await listener.DisposeAsync();
        await Listeners.AssertClosedAsync(() => server.SendAsync("x"u8.ToArray(), Listeners.Guard).AsTask());
        Assert.Equal(SocketState.Closed, server.State);
    }

    private ValueTask<Socket> ConnectAsync() => Socket.ConnectAsync(_address, Listeners.DatagramClient, Listeners.Guard);

    /// <summary>The peer goes away and the socket sends to it; the system's answer is there when this returns.</summary>
    private async Task ProvokeAsync(Socket socket)
    {
        _peer.Dispose();
        await socket.SendAsync("lost"u8.ToArray(), Listeners.Guard);
        Assert.True(socket.Link.Underlying!.Poll(Waiting.HangGuard, SelectMode.SelectError));
    }

    private void Revive()
    {
        _revived = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _revived.Bind(_address);
    }

    private async Task EchoAsync()
    {
        byte[] buffer = new byte[64];
        SocketReceiveFromResult received = await _revived!.ReceiveFromAsync(buffer, SocketFlags.None, Listeners.AnyPort).WaitAsync(Waiting.HangGuard);
        await _revived.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, received.RemoteEndPoint);
    }
}
