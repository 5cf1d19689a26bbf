using System.Net.Sockets;
using Sockets.Testing;
using Sockets.Tests.Listening;

namespace Sockets.Tests.Tls;

/// <summary>The limits of a listener whose handshakes its owner's thread drives.</summary>
public sealed class TlsPolledListenerTests
{
    [Fact]
    public async Task AtTheCapNobodyIsTakenUntilAHandshakeIsOver()
    {
        SocketListenerOptions options = Secure();
        options.MaxHandshakes = 1;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using var poll = new SocketPoll();
        poll.Add(listener);
        using SystemSocket silent = await listener.ConnectSystemSocketAsync();
        Task<Socket> connecting = ConnectAsync(listener);
        Socket first = Accept(poll, listener);
        poll.Add(first, SocketEvents.Connected);
        await Listeners.UntilAsync(() => listener.Statistics.Handshakes == 1);
        // The second is in the backlog by now or soon; the poll does not tell of it as long as nobody could take it.
        Assert.Equal(0, poll.Wait(new SocketPollEvent[1], TimeSpan.Zero));
        Assert.False(listener.TryAccept(out _));

        first.Dispose();
        Assert.Equal(0, listener.Statistics.Handshakes);
        Socket second = Accept(poll, listener);
        poll.Add(second, SocketEvents.Connected);
        var events = new SocketPollEvent[1];
        while (second.State == SocketState.Connecting)
            poll.Wait(events, Waiting.HangGuard);
        Assert.Equal(0, listener.Statistics.Handshakes);
        Assert.Equal(1, listener.Statistics.Accepted);
        await using Socket client = await connecting;
        Assert.True(second.TrySend("x"u8, out _));
        Assert.Equal(1, (await client.ReceiveAsync(new byte[4], Listeners.Guard)).Count);
        second.Dispose();
        Assert.Equal(default, listener.Live);
    }

    [Fact]
    public async Task AHandshakeThatRunsOutOfTimeIsAnErrorOfItsSocket()
    {
        var time = new VirtualTimeProvider();
        var failed = new List<SocketFailureReason>();
        SocketListenerOptions options = Secure();
        options.TimeProvider = time;
        options.HandshakeTimeout = TimeSpan.FromSeconds(10);
        options.HandshakeFailed = (_, failure) => failed.Add(failure.Reason);
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using var poll = new SocketPoll(time);
        using SystemSocket silent = await listener.ConnectSystemSocketAsync();
        Socket server = await listener.TakeAsync();
        await using (server)
        {
            poll.Add(server, SocketEvents.Connected);
            var events = new SocketPollEvent[1];
            Assert.Equal(0, poll.Wait(events, TimeSpan.Zero));
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
            Assert.Equal(SocketEvents.Error, events[0].Events);
            Assert.Equal(SocketFailureReason.TimedOut, events[0].Failure!.Reason);
        }

        Assert.Equal([SocketFailureReason.TimedOut], failed);
        Assert.Equal(1, listener.Statistics.HandshakeFailures);
        Assert.Equal(default, listener.Live);
    }

    [Fact]
    public async Task ItsEndDoesNotWaitForHandshakesThatNobodyDrives()
    {
        var listener = SocketListener.Bind(Listeners.AnyPort, Secure());
        using SystemSocket silent = await listener.ConnectSystemSocketAsync();
        Socket server = await listener.TakeAsync();
        await listener.DisposeAsync().AsTask().WaitAsync(Listeners.Guard);
        Assert.Equal(SocketState.Connecting, server.State);
        server.Dispose();
        Assert.Equal(default, listener.Live);
    }

    [Fact]
    public async Task ADrainEndsThemAtItsDeadline()
    {
        var time = new VirtualTimeProvider();
        SocketListenerOptions options = Secure();
        options.TimeProvider = time;
        var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket silent = await listener.ConnectSystemSocketAsync();
        Socket server = await listener.TakeAsync();
        Task<int> drain = listener.DrainAsync(TimeSpan.FromSeconds(5)).AsTask();
        Assert.False(drain.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await drain.WaitAsync(Listeners.Guard));
        Assert.Equal(SocketState.Closed, server.State);
        Assert.Equal(default, listener.Live);
    }

    [Fact]
    public async Task ABlockingAcceptDrivesTheHandshakeAndPassesOverThoseThatFail()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Secure());
        SystemSocket broken = await listener.ConnectSystemSocketAsync();
        await broken.SendAsync("no handshake at all\r\n"u8.ToArray(), SocketFlags.None);
        broken.Shutdown(SocketShutdown.Send);
        Task<Socket> accepting = Task.Factory.StartNew(listener.Accept, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await using Socket client = await ConnectAsync(listener);
        await using Socket server = await accepting.WaitAsync(Listeners.Guard);

        Assert.Equal(SocketState.Open, server.State);
        Assert.Equal(1, listener.Statistics.HandshakeFailures);
        Assert.Equal("TLS 1.3", server.Security!.Protocol);
        broken.Dispose();
    }

    private static SocketListenerOptions Secure() => new SocketListenerOptions { DrivenByPoll = true }.UseTls(TlsIdentity.CreateServer());

    private static Socket Accept(SocketPoll poll, SocketListener listener)
    {
        var events = new SocketPollEvent[1];
        while (true)
        {
            Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
            if (events[0].Listener is not null && listener.TryAccept(out Socket? socket))
                return socket;
        }
    }

    private static async Task<Socket> ConnectAsync(SocketListener listener) =>
        await Socket.ConnectAsync(
            listener.LocalEndPoint,
            new SocketClientOptions().UseTls(TlsIdentity.CreateClient(options => options.TargetHost = TlsPair.HostName)),
            Listeners.Guard);
}
