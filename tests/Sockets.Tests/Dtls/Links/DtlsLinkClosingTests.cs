using System.Net;

namespace Sockets.Tests;

/// <summary>The ends of a connection as a <see cref="Socket"/> sees them.</summary>
public class DtlsLinkClosingTests
{
    [Theory]
    [InlineData(DatagramKind.Dtls, true)]
    [InlineData(DatagramKind.Dtls, false)]
    [InlineData(DatagramKind.DtlsPolled, true)]
    [InlineData(DatagramKind.DtlsPolled, false)]
    public async Task What_was_sent_before_is_read_before_the_end(DatagramKind kind, bool byClient)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        (Socket closing, Socket reading) = byClient ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        await closing.SendAsync(DatagramFace.Async, [1]);
        closing.Dispose();
        Assert.Equal([1], await reading.ReceiveAsync(DatagramFace.Async));
        foreach (DatagramFace face in Enum.GetValues<DatagramFace>())
            Assert.Equal(new SocketReceiveResult(0, IsEnd: true), await reading.ReceiveAsync(face, new byte[10]));
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => reading.SendAsync(DatagramFace.Async, [2]));
        Assert.Equal(SocketFailureReason.ConnectionReset, failure.Reason);
        Assert.Equal(SocketState.Closed, reading.State);
    }

    [Theory]
    [InlineData(DatagramKind.Dtls)]
    [InlineData(DatagramKind.DtlsPolled)]
    public async Task Ending_our_side_ends_the_connection(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        await pair.Client.ShutdownSendAsync();
        Assert.True((await pair.Server.ReceiveAsync(DatagramFace.Async, new byte[10])).IsEnd);
        Assert.True((await pair.Client.ReceiveAsync(DatagramFace.Async, new byte[10])).IsEnd);
        Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => pair.Client.SendAsync(DatagramFace.Async, [2]))).Reason);
    }

    [Theory]
    [InlineData(DatagramKind.Dtls, true)]
    [InlineData(DatagramKind.Dtls, false)]
    [InlineData(DatagramKind.DtlsPolled, true)]
    [InlineData(DatagramKind.DtlsPolled, false)]
    public async Task An_abort_is_a_reset(DatagramKind kind, bool byClient)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        (Socket aborting, Socket reading) = byClient ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        aborting.Abort();
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => reading.ReceiveAsync(DatagramFace.Async));
        Assert.Equal(SocketFailureReason.ConnectionReset, failure.Reason);
        Assert.IsType<DtlsException>(failure.InnerException);
    }

    [Theory]
    [InlineData(DatagramKind.Dtls)]
    [InlineData(DatagramKind.DtlsPolled)]
    public async Task Without_their_listener_servers_are_closed_and_clients_see_the_end(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        Task<SocketReceiveResult> receiving = pair.Server.ReceiveAsync(new byte[10]).AsTask();
        await pair.Listener.DisposeAsync().AsTask().WaitAsync(Waiting.HangGuard);
        Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => receiving.WaitAsync(Waiting.HangGuard))).Reason);
        Assert.True((await pair.Client.ReceiveAsync(DatagramFace.Async, new byte[10])).IsEnd);
    }

    [Theory]
    [InlineData(DatagramKind.Dtls)]
    [InlineData(DatagramKind.DtlsPolled)]
    public async Task Places_are_given_back_when_sockets_are_disposed(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        Assert.Equal(1, pair.Listener.Statistics.ActiveConnections);
        pair.Server.Dispose();
        Assert.Equal(0, pair.Listener.Statistics.ActiveConnections);
    }

    [Fact]
    public async Task A_listener_in_drain_finishes_what_it_has_and_takes_nobody_new()
    {
        using var authority = new TestAuthority();
        await using var listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()] }));
        SocketClientOptions options = Options(authority, Waiting.HangGuard);
        using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, options).AsTask().WaitAsync(Waiting.HangGuard);
        using Socket server = await listener.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
        Task<int> draining = listener.DrainAsync(Timeout.InfiniteTimeSpan).AsTask();

        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(
            () => Socket.ConnectAsync(listener.LocalEndPoint, Options(authority, TimeSpan.FromMilliseconds(300))).AsTask().WaitAsync(Waiting.HangGuard));
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        await client.SendAsync(DatagramFace.Async, [1]);
        Assert.Equal([1], await server.ReceiveAsync(DatagramFace.Async));
        Assert.False(draining.IsCompleted);
        server.Dispose();
        Assert.Equal(0, await draining.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task Beyond_the_limit_of_connections_nobody_gets_in_until_one_leaves()
    {
        using var authority = new TestAuthority();
        await using var listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            // What the one who gave up has left in the queue may still take the place for as long as a handshake may last.
            new SocketListenerOptions { MaxConnections = 1, HandshakeTimeout = TimeSpan.FromSeconds(3) }.UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()] }));
        using Socket first = await Socket.ConnectAsync(listener.LocalEndPoint, Options(authority, Waiting.HangGuard)).AsTask().WaitAsync(Waiting.HangGuard);
        Socket server = await listener.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
        await Assert.ThrowsAsync<SocketFailureException>(
            () => Socket.ConnectAsync(listener.LocalEndPoint, Options(authority, TimeSpan.FromMilliseconds(300))).AsTask().WaitAsync(Waiting.HangGuard));
        server.Dispose();
        using Socket second = await Socket.ConnectAsync(listener.LocalEndPoint, Options(authority, Waiting.HangGuard)).AsTask().WaitAsync(Waiting.HangGuard);
        using Socket other = await listener.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
        Assert.Equal(second.LocalEndPoint, other.RemoteEndPoint);
    }

    private static SocketClientOptions Options(TestAuthority authority, TimeSpan connectTimeout) =>
        new SocketClientOptions { ConnectTimeout = connectTimeout }.UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust });
}
