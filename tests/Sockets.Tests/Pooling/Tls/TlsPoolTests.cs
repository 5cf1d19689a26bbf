using System.Net;

namespace Sockets.Tests.Pooling;

public sealed class TlsPoolTests : IAsyncDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new("CN=Other Root");
    private readonly SocketListener _listener;
    private readonly SocketPool _pool = new();
    private readonly Task _serving;

    public TlsPoolTests()
    {
        var certificate = _authority.Issue(["127.0.0.1", "localhost"]);
        _listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new SocketListenerOptions().UseTls(new TlsServerOptions { Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(certificate)) }));
        _serving = ServeAsync();
    }

    private int Port => ((IPEndPoint)_listener.LocalEndPoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _listener.DisposeAsync();
        await _serving;
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task OneContextSharesItsConnections()
    {
        SocketClientOptions options = new SocketClientOptions().UseTls(new TlsClientOptions { Trust = _authority.Trust });
        await ExchangeAsync(options);
        await ExchangeAsync(options);
        Assert.Equal(1, _pool.Statistics.Created);
        Assert.Equal(1, _pool.Statistics.Reused);
    }

    [Fact]
    public async Task AConnectionThatOneTrustMadeIsNotThereForAnother()
    {
        await ExchangeAsync(new SocketClientOptions().UseTls(new TlsClientOptions { Trust = _authority.Trust }));
        Assert.Equal(1, _pool.Statistics.Idle);

        SocketClientOptions distrustful = new SocketClientOptions().UseTls(new TlsClientOptions { Trust = _other.Trust });
        SocketFailureException exception = await Assert.ThrowsAsync<SocketFailureException>(() => ExchangeAsync(distrustful));
        Assert.Equal(SocketFailureReason.CertificateRejected, exception.Reason);
        Assert.Equal(CertificateProblem.UntrustedRoot, exception.CertificateProblem);

        SocketClientOptions plain = new SocketClientOptions().UsePlaintext();
        await using (SocketLease lease = await _pool.RentAsync("127.0.0.1", Port, plain))
            Assert.Null(lease.Socket.Security);
        SocketClientOptions wrongName = new SocketClientOptions().UseTls(new TlsClientOptions { Trust = _authority.Trust, TargetHost = "elsewhere.example" });
        exception = await Assert.ThrowsAsync<SocketFailureException>(() => ExchangeAsync(wrongName));
        Assert.Equal(CertificateProblem.NameMismatch, exception.CertificateProblem);
        Assert.Equal(0, _pool.Statistics.Reused);
    }

    [Fact]
    public async Task TwoNamesOfOneHostAreTwoKeys()
    {
        SocketClientOptions options = new SocketClientOptions().UseTls(new TlsClientOptions { Trust = _authority.Trust });
        await ExchangeAsync(options, "127.0.0.1");
        await ExchangeAsync(options, "localhost");
        Assert.Equal(2, _pool.Statistics.Created);
    }

    [Fact]
    public async Task AnIdleConnectionWhosePeerEndedItIsReplaced()
    {
        SocketClientOptions options = new SocketClientOptions().UseTls(new TlsClientOptions { Trust = _authority.Trust });
        await ExchangeAsync(options, message: "last"); // the server closes after this one
        using var guard = new CancellationTokenSource(Waiting.HangGuard);
        while (true)
        {
            await using SocketLease lease = await _pool.RentAsync("127.0.0.1", Port, options, guard.Token);
            if (!lease.IsReused)
                break;
            lease.Return();
        }

        Assert.Equal(1, _pool.Statistics.ClosedDead);
    }

    private async Task ExchangeAsync(SocketClientOptions options, string host = "127.0.0.1", string message = "ping")
    {
        byte[] request = System.Text.Encoding.ASCII.GetBytes(message);
        byte[] answer = new byte[request.Length];
        await using SocketLease lease = await _pool.RentAsync(host, Port, options);
        await lease.Socket.SendAsync(request);
        Assert.Equal(request.Length, (await lease.Socket.ReceiveAsync(answer)).Count);
        Assert.Equal(request, answer);
        lease.Return();
    }

    private async Task ServeAsync()
    {
        var sockets = new List<Task>();
        try
        {
            while (true)
                sockets.Add(EchoAsync(await _listener.AcceptAsync()));
        }
        catch (SocketFailureException failure) when (failure.Reason == SocketFailureReason.Closed)
        {
            await Task.WhenAll(sockets);
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        await using (socket)
        {
            byte[] buffer = new byte[16];
            try
            {
                while (await socket.ReceiveAsync(buffer) is { IsEnd: false } received)
                {
                    await socket.SendAsync(buffer.AsMemory(0, received.Count));
                    if (buffer.AsSpan(0, received.Count).SequenceEqual("last"u8))
                    {
                        await socket.ShutdownSendAsync();
                        return;
                    }
                }
            }
            catch (SocketFailureException)
            {
                // The pool closes connections as it likes.
            }
        }
    }
}
