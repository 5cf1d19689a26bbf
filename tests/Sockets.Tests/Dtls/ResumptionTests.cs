using System.Text;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

/// <summary>Sessions that are resumed, and keys instead of certificates, on real sockets and through the options.</summary>
public class ResumptionTests
{
    [Fact]
    public async Task The_second_connection_resumes_the_first()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        await using Loopback loopback = Loopback.Start((options, _) => options.Tickets = keys);
        await ConnectAsync(loopback, cache, isResumed: false);
        await ConnectAsync(loopback, cache, isResumed: true);
        await ConnectAsync(loopback, cache, isResumed: true);
    }

    [Fact]
    public async Task A_ticket_is_not_used_for_another_client_certificate_trust_or_protocol()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            options.Tickets = keys;
            options.ClientAuthentication = DtlsClientAuthentication.Requested;
            options.Trust = authority.Trust;
        });
        DtlsCredential one = loopback.Authority.ClientCredential("CN=one");
        DtlsCredential two = loopback.Authority.ClientCredential("CN=two");
        await ConnectAsync(loopback, cache, isResumed: false, options => options.Credentials = [one]);
        await ConnectAsync(loopback, cache, isResumed: false, options => options.Credentials = [two]);
        await ConnectAsync(loopback, cache, isResumed: false, options => options.ApplicationProtocols = [new DtlsApplicationProtocol("a")]);
        await ConnectAsync(loopback, cache, isResumed: false, options => options.Trust = PeerTrust.DangerousAcceptAnyCertificate);
        DtlsChannel server = await ConnectAsync(loopback, cache, isResumed: true, options => options.Credentials = [one]);
        using var certificate = server.GetPeerCertificate();
        Assert.Equal("CN=one", certificate?.Subject);
    }

    [Fact]
    public async Task A_server_certificate_that_is_refused_now_ends_the_resumption_and_its_tickets()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        await using Loopback loopback = Loopback.Start((options, _) => options.Tickets = keys);
        bool accepts = true;
        await ConnectAsync(loopback, cache, isResumed: false, options => options.AdditionalCertificateCheck = _ => accepts);
        accepts = false;
        DtlsException failure = await loopback.FailToConnectAsync(options =>
        {
            options.Tickets = cache;
            options.AdditionalCertificateCheck = _ => accepts;
        });
        Assert.Equal(DtlsFailureReason.CertificateRejected, failure.Reason);
        Assert.Equal(0, cache.Count);
        accepts = true;
        await ConnectAsync(loopback, cache, isResumed: false, options => options.AdditionalCertificateCheck = _ => accepts);
    }

    [Fact]
    public async Task Tickets_go_from_one_cache_to_another_as_bytes()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        using var other = new DtlsTicketCache();
        await using Loopback loopback = Loopback.Start((options, _) => options.Tickets = keys);
        await ConnectAsync(loopback, cache, isResumed: false);
        byte[] bytes = cache.Export();
        Assert.Equal(0, cache.Count);
        Assert.Equal(2, other.Import(bytes));
        Assert.Equal(0, other.Import([7, 1, 2, 3]));
        await ConnectAsync(loopback, other, isResumed: true);
    }

    [Fact]
    public async Task A_cache_is_bounded()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache(capacity: 1, ticketsPerServer: 1);
        await using Loopback loopback = Loopback.Start((options, _) => options.Tickets = keys);
        await ConnectAsync(loopback, cache, isResumed: false, tickets: 1);
        await ConnectAsync(loopback, cache, isResumed: false, options => options.ApplicationProtocols = [new DtlsApplicationProtocol("a")], tickets: 1);
        await ConnectAsync(loopback, cache, isResumed: false, tickets: 1);
        await ConnectAsync(loopback, cache, isResumed: true, tickets: 1);
    }

    [Fact]
    public async Task Sockets_resume_too_and_say_so()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        await using Loopback loopback = Loopback.Start((options, _) => options.Tickets = keys);
        SocketClientOptions options = new SocketClientOptions().UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = loopback.Authority.Trust, Tickets = cache });
        foreach (bool isResumed in new[] { false, true })
        {
            await using Socket socket = await Socket.ConnectAsync(loopback.Listener.LocalEndPoint, options).AsTask().WaitAsync(Loopback.HangGuard);
            Assert.Equal(isResumed, socket.Security?.IsResumed);
            (await loopback.AcceptAsync()).TrySend([1]);
            await socket.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard);
            await socket.SendAsync(new byte[1]); // not before the loop has dealt with all that came with it
            Assert.Equal(isResumed ? 3 : 2, cache.Count);
        }
    }

    [Fact]
    public async Task Devices_with_keys_need_no_certificate()
    {
        using var key = new DtlsPreSharedKey("device 1"u8, new byte[32]);
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Credentials = [];
            options.FindPreSharedKey = identity => identity.Span.SequenceEqual("device 1"u8) ? key : null;
        });
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.PreSharedKeys = [key]);
        Assert.Equal("device 1", Encoding.ASCII.GetString(server.PskIdentity.Span));
        Assert.Empty(client.PeerCertificates);
        using var wrong = new DtlsPreSharedKey("device 2"u8, new byte[32]);
        DtlsException failure = await loopback.FailToConnectAsync(options => options.PreSharedKeys = [wrong]);
        Assert.Equal(AlertDescription.DecryptError, failure.Failure!.Alert);
    }

    [Fact]
    public async Task Early_data_arrives_or_comes_back()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        var received = new List<string>();
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Tickets = keys;
            options.RequireCookie = false;
            options.MaxEarlyDataSize = 100;
            options.EarlyDataRecord = new DtlsReplayRecord(DateTimeOffset.UtcNow);
            options.EarlyDataReceived = (_, datagram) => received.Add(Encoding.ASCII.GetString(datagram.Span));
        });
        ReadOnlyMemory<byte>[] data = ["one"u8.ToArray(), "two"u8.ToArray()];
        foreach (bool isResumed in new[] { false, true })
        {
            (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
            {
                options.Tickets = cache;
                options.EarlyData = data;
            });
            Assert.Equal(isResumed, client.IsResumed);
            Assert.Equal(isResumed ? DtlsEarlyDataStatus.Accepted : DtlsEarlyDataStatus.Rejected, client.EarlyDataStatus);
            Assert.Equal(isResumed ? 0 : 2, client.RejectedEarlyData.Count);
            server.TrySend([1]); // behind the tickets
            await client.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard);
            _ = client.Statistics; // not before the loop has dealt with all that came with it
        }

        Assert.Equal(["one", "two"], received);
        (DtlsChannel large, _) = await loopback.ConnectPairAsync(options =>
        {
            options.Tickets = cache;
            options.EarlyData = [new byte[60], new byte[60]];
        });
        Assert.True(large.IsResumed);
        Assert.Equal(DtlsEarlyDataStatus.Rejected, large.EarlyDataStatus);
        Assert.Equal(2, received.Count);
    }

    /// <summary>Connects, waits for the tickets, and gives the server's end.</summary>
    private static async Task<DtlsChannel> ConnectAsync(Loopback loopback, DtlsTicketCache cache, bool isResumed, Action<DtlsClientOptions>? configure = null, int tickets = 2)
    {
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            options.Tickets = cache;
            configure?.Invoke(options);
        });
        Assert.Equal(isResumed, client.IsResumed);
        Assert.Equal(isResumed, server.IsResumed);
        Assert.NotEmpty(client.PeerCertificates);
        server.TrySend([1]); // behind the tickets
        await client.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard);
        _ = client.Statistics; // not before the loop has dealt with all that came with it
        Assert.InRange(cache.Count, tickets, int.MaxValue);
        return server;
    }
}
