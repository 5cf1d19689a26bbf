using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

public class HandlerTests
{
    [Fact]
    public async Task A_handler_that_throws_ends_its_own_connection_and_no_other()
    {
        var handler = new EchoHandler();
        await using Loopback loopback = Loopback.Start((options, _) => options.Handler = handler);
        DtlsChannel victim = await loopback.ConnectAsync();
        DtlsChannel other = await loopback.ConnectAsync();
        await victim.AskAsync([1]);
        await other.AskAsync([1]);

        await victim.SendAsync("throw"u8.ToArray());
        DtlsException? failure = await victim.EndAsync();
        Assert.Equal(AlertDescription.InternalError, failure?.Failure?.Alert);
        Assert.Equal([2], await other.AskAsync([2]));

        DtlsChannel end = handler.Channels.Single(channel => channel.RemoteEndPoint.Equals(victim.LocalEndPoint));
        DtlsException? cause = await end.EndAsync();
        Assert.Equal("the handler was told to throw", cause?.InnerException?.Message);
    }

    [Fact]
    public async Task A_handler_can_close_from_inside_a_datagram()
    {
        var handler = new EchoHandler();
        await using Loopback loopback = Loopback.Start((options, _) => options.Handler = handler);
        DtlsChannel client = await loopback.ConnectAsync();
        await client.SendAsync("close"u8.ToArray());
        Assert.Null(await client.EndAsync());
        await handler.Channels.Single().EndAsync();
        Assert.Equal(["connected", "closed"], handler.Events);
    }

    [Fact]
    public async Task Datagrams_of_a_handler_cannot_be_received_elsewhere()
    {
        await using Loopback loopback = Loopback.Start();
        DtlsChannel client = await loopback.ConnectAsync(options => options.Handler = new EchoHandler());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task A_client_can_have_a_handler_and_use_it_to_answer()
    {
        await using Loopback loopback = Loopback.Start();
        (_, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.Handler = new EchoHandler());
        Assert.Equal([5, 6], await server.AskAsync([5, 6]));
    }

    [Fact]
    public async Task A_defect_that_one_peer_meets_costs_that_peer_only()
    {
        var crypto = new FaultyCryptoProvider(CryptoProviders.Default);
        var failed = new TaskCompletionSource<DtlsException>();
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            options.Crypto = crypto;
            options.ClientAuthentication = DtlsClientAuthentication.Requested;
            options.Trust = authority.Trust;
            options.Handler = new EchoHandler();
            options.HandshakeFailed = (_, failure) => failed.TrySetResult(failure);
        });
        DtlsChannel good = await loopback.ConnectAsync();
        await good.AskAsync([1]);

        crypto.Throws = true;
        DtlsChannel victim = await loopback.ConnectAsync(options => options.Credentials = [loopback.Authority.ClientCredential()]);
        DtlsException? seenByVictim = await victim.EndAsync();
        Assert.Equal(AlertDescription.InternalError, seenByVictim?.Failure?.Alert);
        DtlsException seenByServer = await failed.Task.WaitAsync(Loopback.HangGuard);
        Assert.Equal("the provider is broken", seenByServer.InnerException?.Message);
        Assert.Equal(1, loopback.Listener.InternalErrors);
        Assert.Equal([2], await good.AskAsync([2]));
    }
}
