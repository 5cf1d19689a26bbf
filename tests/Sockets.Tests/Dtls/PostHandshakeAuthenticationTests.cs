using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>A server that asks for a certificate in the middle of a connection, on real sockets.</summary>
public class PostHandshakeAuthenticationTests
{
    [Fact]
    public async Task A_client_shows_its_certificate_when_it_is_asked()
    {
        await using Loopback loopback = Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options => Offer(options, loopback));
        Assert.Empty(server.PeerCertificates);
        DtlsClientAuthenticationResult result = await server.RequestClientCertificateAsync().WaitAsync(Loopback.HangGuard);
        Assert.True(result.IsAuthenticated);
        using var certificate = server.GetPeerCertificate();
        Assert.Equal("CN=client", certificate?.Subject);
        await client.SendAsync(new byte[] { 1 });
        Assert.Equal([1], await server.ReadAsync());
    }

    [Fact]
    public async Task Two_at_once_are_both_answered()
    {
        await using Loopback loopback = Start();
        (_, DtlsChannel server) = await loopback.ConnectPairAsync(options => Offer(options, loopback));
        DtlsClientAuthenticationResult[] results = await Task.WhenAll(server.RequestClientCertificateAsync(), server.RequestClientCertificateAsync()).WaitAsync(Loopback.HangGuard);
        Assert.NotEqual(results[0].RequestId, results[1].RequestId);
        Assert.All(results, static result => Assert.True(result.IsAuthenticated));
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_nobody()
    {
        await using Loopback loopback = Start();
        (_, DtlsChannel server) = await loopback.ConnectPairAsync(static options => options.PostHandshakeAuthentication = true);
        DtlsClientAuthenticationResult result = await server.RequestClientCertificateAsync().WaitAsync(Loopback.HangGuard);
        Assert.False(result.IsAuthenticated);
        Assert.Empty(server.PeerCertificates);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_ends_the_connection()
    {
        await using Loopback loopback = Start();
        using var other = new TestAuthority("CN=Another Root");
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            options.PostHandshakeAuthentication = true;
            options.Credentials = [other.ClientCredential()];
        });
        DtlsException exception = await Assert.ThrowsAsync<DtlsException>(() => server.RequestClientCertificateAsync().WaitAsync(Loopback.HangGuard));
        Assert.Equal(CertificateProblem.UntrustedRoot, exception.CertificateProblem);
        Assert.Empty(server.PeerCertificates);
        Assert.Equal(AlertDescription.UnknownCA, (await client.EndAsync())?.Failure?.Alert);
    }

    [Fact]
    public async Task A_client_that_has_not_offered_it_is_not_asked()
    {
        await using Loopback loopback = Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.RequestClientCertificateAsync().WaitAsync(Loopback.HangGuard));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.RequestClientCertificateAsync().WaitAsync(Loopback.HangGuard));
        await client.SendAsync(new byte[] { 1 });
        Assert.Equal([1], await server.ReadAsync());
    }

    [Fact]
    public async Task A_signer_that_fails_leaves_the_client_without_a_proof()
    {
        await using Loopback loopback = Start();
        (_, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            options.PostHandshakeAuthentication = true;
            options.Credentials = [new DtlsCredential(loopback.Authority.ClientCredential().CertificateChain, [Sockets.Dtls.Crypto.SignatureScheme.EcdsaSecp256r1Sha256])];
            options.SigningCallback = static (_, _) => throw new InvalidOperationException("the token was pulled out");
        });
        Assert.False((await server.RequestClientCertificateAsync().WaitAsync(Loopback.HangGuard)).IsAuthenticated);
    }

    [Fact]
    public async Task Whoever_waits_hears_of_the_end()
    {
        await using Loopback loopback = Start();
        var signing = new TaskCompletionSource();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            Offer(options, loopback);
            options.Credentials = [new DtlsCredential(options.Credentials[0].CertificateChain, [Sockets.Dtls.Crypto.SignatureScheme.EcdsaSecp256r1Sha256])];
            options.SigningCallback = async (_, token) =>
            {
                signing.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return [];
            };
        });
        Task<DtlsClientAuthenticationResult> answer = server.RequestClientCertificateAsync();
        await signing.Task.WaitAsync(Loopback.HangGuard);
        client.Close();
        await Assert.ThrowsAsync<DtlsException>(() => answer.WaitAsync(Loopback.HangGuard));
        await Assert.ThrowsAsync<DtlsException>(() => server.RequestClientCertificateAsync().WaitAsync(Loopback.HangGuard));
    }

    private static Loopback Start() => Loopback.Start(static (options, authority) =>
    {
        options.PostHandshakeAuthentication = true;
        options.Trust = authority.Trust;
    });

    private static void Offer(DtlsClientOptions options, Loopback loopback)
    {
        options.PostHandshakeAuthentication = true;
        options.Credentials = [loopback.Authority.ClientCredential()];
    }
}
