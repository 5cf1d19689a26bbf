using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>OCSP responses between a server and a client on real sockets.</summary>
public class OcspStaplingTests
{
    [Theory]
    [InlineData(0, CertificateProblem.None)]
    [InlineData(1, CertificateProblem.Revoked)]
    [InlineData(2, CertificateProblem.InvalidOcspResponse)]
    public async Task What_the_server_sends_along_decides(int status, CertificateProblem problem)
    {
        await using Loopback loopback = Start(status);
        if (problem == CertificateProblem.None)
        {
            await loopback.ConnectAsync(static options => options.RequireOcspResponse = true);
            return;
        }

        DtlsException exception = await loopback.FailToConnectAsync(static options => options.RequestOcspResponse = true);
        Assert.Equal(problem, exception.CertificateProblem);
        Assert.Equal(problem == CertificateProblem.Revoked ? AlertDescription.CertificateRevoked : AlertDescription.BadCertificateStatusResponse, exception.Failure!.Alert);
    }

    [Fact]
    public async Task A_server_without_one_is_refused_where_one_is_required_and_not_elsewhere()
    {
        await using Loopback loopback = Loopback.Start();
        await loopback.ConnectAsync(static options => options.RequestOcspResponse = true);
        DtlsException exception = await loopback.FailToConnectAsync(static options => options.RequireOcspResponse = true);
        Assert.Equal(CertificateProblem.InvalidOcspResponse, exception.CertificateProblem);
    }

    [Fact]
    public async Task Only_a_chain_has_an_issuer_that_could_answer()
    {
        await using Loopback loopback = Start(0);
        await Assert.ThrowsAsync<ArgumentException>(() => loopback.ConnectAsync(static options =>
        {
            options.RequireOcspResponse = true;
            options.Trust = PeerTrust.PublicKeyHashes(new byte[32]);
        }));
    }

    [Fact]
    public async Task A_resumed_session_is_judged_by_the_response_it_began_with()
    {
        using var keys = new DtlsTicketKeys(Sockets.Dtls.Crypto.CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        await using Loopback loopback = Start(0, options => options.Tickets = keys);
        for (int i = 0; i < 2; i++)
        {
            (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
            {
                options.RequireOcspResponse = true;
                options.Tickets = cache;
            });
            await server.SendAsync(new byte[] { 1 });
            Assert.Equal([1], await client.ReadAsync()); // the tickets came before it
            _ = client.Statistics; // not before the loop has dealt with all that came with it
            Assert.Equal(i == 1, client.IsResumed);
        }
    }

    private static Loopback Start(int status, Action<DtlsServerOptions>? configure = null) => Loopback.Start((options, authority) =>
    {
        X509Certificate2 certificate = authority.Issue(["localhost"]);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        byte[] response = new OcspResponder(authority.Certificate) { ThisUpdate = now.AddHours(-1), NextUpdate = now.AddDays(1) }.Answer(certificate, status);
        options.Credentials = [DtlsCredentialLoader.FromCertificate(certificate).WithOcspResponse(() => response)];
        configure?.Invoke(options);
    });
}
