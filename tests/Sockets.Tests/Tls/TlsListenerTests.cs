using System.Net;
using System.Net.Sockets;
using Sockets.Testing;
using Sockets.Tests.Listening;

namespace Sockets.Tests.Tls;

/// <summary>A listener under TLS: handshakes beside one another, bounded in number and time.</summary>
public sealed class TlsListenerTests
{
    [Fact]
    public async Task WhatIsAcceptedHasDoneItsHandshake()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Secure());
        Task<Socket> connecting = ConnectAsync(listener);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await using Socket client = await connecting;

        Assert.Equal("TLS 1.3", server.Security!.Protocol);
        Assert.Equal(TlsPair.HostName, server.Security.ServerName);
        await Listeners.ExchangeAsync(client, server);
        Assert.Equal(1, listener.Statistics.Accepted);
        await Listeners.UntilAsync(() => listener.Statistics.Handshakes == 0);
    }

    [Fact]
    public async Task ClientsThatSayNothingHoldUpNobody()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Secure());
        var silent = new List<SystemSocket>();
        for (int i = 0; i < 20; i++)
            silent.Add(await listener.ConnectSystemSocketAsync());
        Task<Socket> connecting = ConnectAsync(listener);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await using Socket client = await connecting;

        await Listeners.ExchangeAsync(client, server);
        await Listeners.UntilAsync(() => listener.Statistics.Handshakes == 20); // the one that is done counts itself out behind its socket
        silent.ForEach(socket => socket.Dispose());
        await Listeners.UntilAsync(() => listener.Statistics is { HandshakeFailures: 20, ActiveConnections: 1 });
    }

    [Fact]
    public async Task AtTheCapTheNextWaitsUntilASlowOneRunsOutOfTime()
    {
        var time = new VirtualTimeProvider();
        var reasons = new List<SocketFailureReason>();
        SocketListenerOptions options = Secure();
        options.MaxHandshakes = 2;
        options.HandshakeTimeout = TimeSpan.FromSeconds(10);
        options.TimeProvider = time;
        options.HandshakeFailed = (_, failure) =>
        {
            lock (reasons)
                reasons.Add(failure.Reason);
            throw new InvalidOperationException("of the application, which ends nothing");
        };
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket first = await listener.ConnectSystemSocketAsync();
        await Listeners.UntilAsync(() => listener.Statistics.Handshakes == 1 && time.NextDue is not null); // its clock runs too
        time.Advance(TimeSpan.FromSeconds(5));
        using SystemSocket second = await listener.ConnectSystemSocketAsync();
        await Listeners.UntilAsync(() => listener.Statistics.Handshakes == 2);
        Task<Socket> connecting = ConnectAsync(listener);
        // It is in the hands of the loop, which begins no third handshake.
        await Listeners.UntilAsync(() => listener.Statistics.ActiveConnections == 3);
        Assert.Equal(2, listener.Statistics.Handshakes);
        Assert.False(listener.TryAccept(out _));

        time.Advance(TimeSpan.FromSeconds(5)); // for the first only
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await using Socket client = await connecting;
        await Listeners.ExchangeAsync(client, server);
        Assert.Equal(1, listener.Statistics.HandshakeFailures);
        lock (reasons)
            Assert.Equal([SocketFailureReason.TimedOut], reasons);
        await AssertOverAsync(first);
    }

    [Fact]
    public async Task NonsenseIsCountedAndEndsNothing()
    {
        var failed = new TaskCompletionSource<(EndPoint?, SocketFailureException)>();
        SocketListenerOptions options = Secure();
        options.HandshakeFailed = (remote, failure) => failed.TrySetResult((remote, failure));
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket stranger = await listener.ConnectSystemSocketAsync();
        await stranger.SendAsync("GET / HTTP/1.1\r\nHost: example\r\n\r\n"u8.ToArray(), SocketFlags.None);
        stranger.Shutdown(SocketShutdown.Send);
        (EndPoint? remote, SocketFailureException failure) = await failed.Task.WaitAsync(Listeners.Guard);

        Assert.Equal(stranger.LocalEndPoint, remote);
        Assert.True(failure.Reason is SocketFailureReason.HandshakeFailed or SocketFailureReason.ProtocolError, failure.ToString());
        await AssertServesAsync(listener);
    }

    [Fact]
    public async Task PeersThatResetDuringTheHandshakeEndNothing()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Secure());
        for (int i = 0; i < 50; i++)
        {
            SystemSocket client = await listener.ConnectSystemSocketAsync();
            await client.SendAsync(new byte[] { 0x16, 0x03, 0x01 }, SocketFlags.None); // a record's beginning
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
        }

        await Listeners.UntilAsync(() => listener.Statistics is { HandshakeFailures: 50, ActiveConnections: 0, Handshakes: 0 });
        await AssertServesAsync(listener);
    }

    [Fact]
    public async Task WhatTheServerSaidBeforeItRefusedIsNotLostInAReset()
    {
        await using var listener = SocketListener.Bind(
            Listeners.AnyPort,
            new SocketListenerOptions().UseTls(TlsIdentity.CreateServer(options =>
            {
                options.ClientAuthentication = TlsClientAuthentication.Required;
                options.Trust = TlsIdentity.Root.Trust;
            })));
        for (int i = 0; i < 20; i++)
        {
            SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () =>
            {
                await using Socket client = await ConnectAsync(listener);
                // The verdict comes after the client's own handshake is done, and what it sends meanwhile must not turn it into a reset.
                await client.SendAsync(new byte[100], Listeners.Guard);
                await client.ReceiveAsync(new byte[1], Listeners.Guard);
            });
            // Where the platform sends an alert it arrives; on Linux it sends none, and the end comes without close_notify.
            Assert.True(failure.Reason is SocketFailureReason.HandshakeFailed or SocketFailureReason.CertificateRejected or SocketFailureReason.Truncated, failure.ToString());
        }

        await Listeners.UntilAsync(() => listener.Statistics is { HandshakeFailures: 20, ActiveConnections: 0 });
    }

    [Fact]
    public async Task ADrainFinishesHandshakesAndEndsThemAtItsDeadline()
    {
        var time = new VirtualTimeProvider();
        SocketListenerOptions options = Secure();
        options.TimeProvider = time;
        options.HandshakeTimeout = TimeSpan.FromHours(1);
        var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket silent = await listener.ConnectSystemSocketAsync();
        using SystemSocket late = await listener.ConnectSystemSocketAsync();
        await Listeners.UntilAsync(() => listener.Statistics.Handshakes == 2);
        Task<int> drain = listener.DrainAsync(TimeSpan.FromSeconds(30)).AsTask();
        // One of the two begins only now, and is served still.
        SocketClientOptions client = new SocketClientOptions().UseTls(TlsIdentity.CreateClient());
        using var link = client.Links.Wrap(new Links.PlainLink(Unblock(late)), TlsPair.HostName);
        await link.OpenAsync(Listeners.Guard);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        Assert.False(drain.IsCompleted);
        server.Dispose();
        time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(1, await drain.WaitAsync(Listeners.Guard));
        Assert.Equal(0, listener.Statistics.HandshakeFailures); // ended by us
        await AssertOverAsync(silent);
    }

    [Fact]
    public async Task DisposedItEndsHandshakes()
    {
        var listener = SocketListener.Bind(Listeners.AnyPort, Secure());
        var silent = new List<SystemSocket>();
        for (int i = 0; i < 10; i++)
            silent.Add(await listener.ConnectSystemSocketAsync());
        await Listeners.UntilAsync(() => listener.Statistics.Handshakes == 10);
        await listener.DisposeAsync().AsTask().WaitAsync(Listeners.Guard);

        Assert.Equal(0, listener.Statistics.Handshakes);
        Assert.Equal(0, listener.Statistics.ActiveConnections);
        foreach (SystemSocket socket in silent)
        {
            await AssertOverAsync(socket);
            socket.Dispose();
        }
    }

    [Fact]
    public async Task TheHandshakeComesAfterTheProxysHeader()
    {
        var origin = new IPEndPoint(IPAddress.Parse("203.0.113.7"), 4711);
        SocketListenerOptions options = Secure();
        options.Proxy = new SocketProxyOptions { TrustedSources = { IPNetwork.Parse("127.0.0.0/8") } };
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        SystemSocket proxy = Unblock(await listener.ConnectSystemSocketAsync());
        await proxy.SendAsync(SocketProxyHeader.CreateVersion2(origin, (IPEndPoint)listener.LocalEndPoint), SocketFlags.None);
        SocketClientOptions client = new SocketClientOptions().UseTls(TlsIdentity.CreateClient());
        using var link = client.Links.Wrap(new Links.PlainLink(proxy), TlsPair.HostName);
        await link.OpenAsync(Listeners.Guard);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);

        Assert.Equal(origin, server.RemoteEndPoint);
        Assert.Equal("TLS 1.3", server.Security!.Protocol);
    }

    [Fact]
    public void DatagramsAreNotForTls()
    {
        SocketListenerOptions options = Secure();
        options.Transport = SocketTransport.Datagram;
        Assert.Throws<InvalidOperationException>(() => SocketListener.Bind(Listeners.AnyPort, options));
    }

    private static SocketListenerOptions Secure() => new SocketListenerOptions().UseTls(TlsIdentity.CreateServer());

    private static async Task<Socket> ConnectAsync(SocketListener listener) =>
        await Socket.ConnectAsync(
            listener.LocalEndPoint,
            new SocketClientOptions().UseTls(TlsIdentity.CreateClient(options => options.TargetHost = TlsPair.HostName)),
            Listeners.Guard);

    private static async Task AssertServesAsync(SocketListener listener)
    {
        Task<Socket> connecting = ConnectAsync(listener);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await using Socket client = await connecting;
        await Listeners.ExchangeAsync(client, server);
    }

    private static SystemSocket Unblock(SystemSocket socket)
    {
        socket.Blocking = false;
        return socket;
    }

    /// <summary>The connection is over, in order or not, whatever came before that.</summary>
    private static async Task AssertOverAsync(SystemSocket socket)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, Listeners.Guard) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset.
        }
    }
}
