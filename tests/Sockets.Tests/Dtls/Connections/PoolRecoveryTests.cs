using System.Net;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests.Connections;

/// <summary>A pool of DTLS connections: a lost one is replaced by one that resumes its session; a refused one is not tried again.</summary>
public sealed class PoolRecoveryTests
{
    [Fact]
    public async Task A_lost_connection_is_replaced_by_one_that_resumes_its_session()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        await using ManagerRig rig = ManagerRig.Start(secure: security => security.Tickets = keys);
        await using var pool = new SocketPool();
        SocketClientOptions options = new SocketClientOptions().UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = rig.Authority.Trust, Tickets = cache });
        for (int i = 0; i < 3; i++)
        {
            using SocketLease lease = await pool.RentAsync(rig.Manager.LocalEndPoint, options).AsTask().WaitAsync(Waiting.HangGuard);
            DtlsChannel server = await rig.Manager.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
            Assert.False(lease.IsReused);
            Assert.Equal(i > 0, lease.Socket.Security!.IsResumed);
            await Waiting.UntilAsync(() => cache.Count > 0);
            server.Close();
            Assert.True((await lease.Socket.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Waiting.HangGuard)).IsEnd);
            lease.Return(); // it is not at rest any more, and does not come back
        }

        Assert.Equal(2, rig.Manager.Statistics.Resumed);
        Assert.Equal(3, pool.Statistics.Created);
    }

    [Fact]
    public async Task Who_does_not_answer_is_asked_again_and_who_shows_a_wrong_certificate_is_not()
    {
        await using ManagerRig rig = ManagerRig.Start();
        await using var pool = new SocketPool(new SocketPoolOptions
        {
            // As often as it takes: a busy machine may not manage a handshake in the time of one attempt.
            ConnectRetries = 1000,
            RetryDelay = TimeSpan.FromMilliseconds(20),
            MaxRetryDelay = TimeSpan.FromMilliseconds(20),
            RentTimeout = Waiting.HangGuard,
            CircuitFailureThreshold = 100_000,
        });
        SocketClientOptions distrustful = new SocketClientOptions().UseDtls(new DtlsClientOptions { TargetHost = "localhost" });
        SocketFailureException refused = await Assert.ThrowsAsync<SocketFailureException>(() => pool.RentAsync(rig.Manager.LocalEndPoint, distrustful).AsTask());
        Assert.Equal(SocketFailureReason.CertificateRejected, refused.Reason);
        Assert.Equal(1, rig.Manager.Statistics.Admission.Admitted);
        Assert.Equal(1, pool.Statistics.ConnectFailures);

        // Where nobody answers.
        IPEndPoint gone = OwnPlace.Next();
        using var silent = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        silent.Bind(gone);
        SocketClientOptions options = new SocketClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(300) }
            .UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = rig.Authority.Trust });
        Task<SocketLease> rent = pool.RentAsync(gone, options).AsTask();
        await Waiting.UntilAsync(() => pool.Statistics.ConnectFailures >= 2);
        var security = new DtlsServerOptions { Credentials = [rig.Authority.ServerCredential()] };
        silent.Dispose();
        await using ConnectionManager late = ConnectionManager.Start(gone, new ConnectionManagerOptions { Security = security });
        using SocketLease lease = await rent.WaitAsync(Waiting.HangGuard);
        Assert.Equal(SocketState.Open, lease.Socket.State);
    }
}
