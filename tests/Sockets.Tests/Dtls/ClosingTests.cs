using Sockets.Dtls;

namespace Sockets.Tests;

public class ClosingTests
{
    /// <summary>Whoever asks for them first while the connection ends, and the end itself, may both dispose of them.</summary>
    [Fact]
    public void What_waits_for_a_channel_is_disposed_of_once()
    {
        var waiters = new Sockets.Links.Dtls.ChannelWaiters();
        waiters.Dispose();
        waiters.Dispose();
        Assert.True(waiters.Lifetime.IsCancellationRequested);
    }

    [Fact]
    public async Task What_the_client_sent_before_closing_is_read_before_the_end()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        await client.SendAsync(new byte[] { 1 });
        client.Close();

        Assert.Equal([1], await server.ReadAsync());
        DtlsReceiveResult end = await server.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.True(end.IsClosed);
        Assert.Null(await server.EndAsync());
        Assert.Null(await client.EndAsync());
        Assert.False(server.TrySend([1]));
        DtlsException exception = await Assert.ThrowsAsync<DtlsException>(() => server.SendAsync(new byte[1]).AsTask());
        Assert.Equal(DtlsFailureReason.None, exception.Reason);
        Assert.Equal(0, loopback.Listener.ConnectionCount);
    }

    [Fact]
    public async Task The_server_can_close_and_a_waiting_reader_learns_it()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        Task<DtlsReceiveResult> reading = client.ReceiveAsync(new byte[10]).AsTask();
        await server.DisposeAsync();
        Assert.True((await reading.WaitAsync(Loopback.HangGuard)).IsClosed);
        Assert.Null(await client.EndAsync());
    }

    [Fact]
    public async Task Disposing_the_listener_closes_everybody_and_ends_accepting()
    {
        Loopback loopback = Loopback.Start();
        (DtlsChannel client, _) = await loopback.ConnectPairAsync();
        Task<DtlsChannel> accepting = loopback.Listener.AcceptAsync().AsTask();
        await loopback.Listener.DisposeAsync().AsTask().WaitAsync(Loopback.HangGuard);
        Assert.Null(await client.EndAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting.WaitAsync(Loopback.HangGuard));
        await loopback.DisposeAsync();
    }

    [Fact]
    public async Task What_was_negotiated_and_counted_outlives_the_connection()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        await client.SendAsync(new byte[100]);
        await server.ReadAsync();
        client.Close();
        await server.EndAsync();

        Assert.NotEqual(Dtls.Crypto.CipherSuite.None, client.CipherSuite);
        Assert.NotEmpty(client.PeerCertificates);
        Assert.True(client.Statistics.BytesSent > 100);
        Assert.True(server.Statistics.RecordsReceived > 0);
        Assert.Throws<DtlsException>(() => client.ExportKeyingMaterial("EXPERIMENTAL", default, new byte[8]));
        await Assert.ThrowsAsync<DtlsException>(() => client.UpdateKeysAsync());
    }

    [Fact]
    public async Task Connections_beyond_the_backlog_are_closed_and_the_rest_are_accepted()
    {
        await using Loopback loopback = Loopback.Start((options, _) => options.Backlog = 1);
        DtlsChannel first = await loopback.ConnectAsync();
        DtlsChannel second = await loopback.ConnectAsync();
        Assert.Null(await second.EndAsync());
        Assert.Equal(first.LocalEndPoint, (await loopback.AcceptAsync()).RemoteEndPoint);
        Assert.False(first.Completion.IsCompleted);
    }
}
