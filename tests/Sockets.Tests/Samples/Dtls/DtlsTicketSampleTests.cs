using System.Net;

namespace Sockets.Tests.Samples;

public sealed class DtlsTicketSampleTests
{
    [Fact]
    public async Task TheSecondConnectionResumesTheFirst()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(["127.0.0.1"]);
        (DtlsClientOptions client, DtlsServerOptions server) = DtlsTicketSample.WithTickets(DtlsCredentialLoader.FromCertificate(certificate));
        using var keys = (IDisposable)server.Tickets!;
        client.Trust = authority.Trust;
        await using DtlsListener listener = DtlsListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), server);
        for (int i = 0; i < 2; i++)
        {
            await using DtlsChannel channel = await DtlsChannel.ConnectAsync(listener.LocalEndPoint, client).AsTask().WaitAsync(Waiting.HangGuard);
            await using DtlsChannel accepted = await listener.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
            Assert.Equal(i == 1, channel.IsResumed);

            // The ticket is sent behind the handshake, before this.
            accepted.TrySend([1]);
            await channel.ReceiveAsync(new byte[1]).AsTask().WaitAsync(Waiting.HangGuard);
        }
    }

    [Fact]
    public async Task AKeyStandsInForCertificates()
    {
        byte[] secret = new byte[32];
        Random.Shared.NextBytes(secret);
        await DtlsTicketSample.ConnectWithKeyAsync(secret, static async (device, key) =>
        {
            await using DtlsListener listener = DtlsListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new DtlsServerOptions { PreSharedKeys = [key] });
            await using DtlsChannel channel = await DtlsChannel.ConnectAsync(listener.LocalEndPoint, device).AsTask().WaitAsync(Waiting.HangGuard);
            Assert.Empty(channel.PeerCertificates);
        });
    }
}
