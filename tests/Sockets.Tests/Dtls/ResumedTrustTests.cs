using System.Net;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

/// <summary>A ticket of a server that would not be trusted now does not stand in the way of one that is.</summary>
public class ResumedTrustTests
{
    [Fact]
    public async Task A_session_with_a_certificate_that_has_expired_gives_way_to_a_renewed_one()
    {
        using var authority = new TestAuthority();
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        var clock = new ShiftedTime();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        IPEndPoint endPoint = OwnPlace.Next();
        foreach ((TimeSpan shift, TimeSpan validity, bool isResumed) in new[]
        {
            (TimeSpan.Zero, TimeSpan.FromHours(1), false),
            (TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), true),
            (TimeSpan.FromHours(2), TimeSpan.FromDays(2), false),
            (TimeSpan.FromHours(2), TimeSpan.FromDays(2), true),
        })
        {
            clock.Shift = shift;
            using var certificate = authority.Issue(["localhost"], notAfter: now + validity);
            await using DtlsListener listener = DtlsListener.Bind(endPoint, new DtlsServerOptions { Credentials = [DtlsCredentialLoader.FromCertificate(certificate)], Tickets = keys });
            var options = new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust, Tickets = cache, TimeProvider = clock };
            await using DtlsChannel client = await DtlsChannel.ConnectAsync(endPoint, options).AsTask().WaitAsync(Loopback.HangGuard);
            Assert.Equal(isResumed, client.IsResumed);
            DtlsChannel server = await listener.AcceptAsync().AsTask().WaitAsync(Loopback.HangGuard);
            await server.SendAsync(new byte[] { 1 });
            Assert.Equal([1], await client.ReadAsync()); // the tickets came before it
        }
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
