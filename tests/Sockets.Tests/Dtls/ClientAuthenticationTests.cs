using Sockets.Dtls;

namespace Sockets.Tests;

public class ClientAuthenticationTests
{
    [Theory]
    [InlineData(DtlsClientAuthentication.Requested)]
    [InlineData(DtlsClientAuthentication.Required)]
    public async Task A_good_certificate_is_accepted_and_shown(DtlsClientAuthentication authentication)
    {
        await using Loopback loopback = Start(authentication);
        (_, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.Credentials = [loopback.Authority.ClientCredential("CN=device 7")]);
        using var certificate = server.GetPeerCertificate();
        Assert.Equal("CN=device 7", certificate?.Subject);
    }

    [Theory]
    [InlineData(DtlsClientAuthentication.None)]
    [InlineData(DtlsClientAuthentication.Requested)]
    public async Task None_is_accepted_unless_one_is_required(DtlsClientAuthentication authentication)
    {
        await using Loopback loopback = Start(authentication);
        (_, DtlsChannel server) = await loopback.ConnectPairAsync();
        Assert.Empty(server.PeerCertificates);
    }

    [Fact]
    public async Task An_unasked_client_keeps_its_certificate_to_itself()
    {
        await using Loopback loopback = Start(DtlsClientAuthentication.None);
        (_, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.Credentials = [loopback.Authority.ClientCredential()]);
        Assert.Empty(server.PeerCertificates);
    }

    [Fact]
    public async Task A_client_without_the_required_certificate_learns_why_it_was_refused()
    {
        var failed = new TaskCompletionSource<DtlsException>();
        await using Loopback loopback = Start(DtlsClientAuthentication.Required, failed);
        // In TLS 1.3 the client is done before the server has seen its certificate: it learns the refusal afterwards.
        DtlsException failure = await FailureOfAsync(loopback);
        Assert.Equal(DtlsFailureReason.PeerAlert, failure.Reason);
        Assert.Equal(AlertDescription.CertificateRequired, failure.Failure!.Alert);
        Assert.Contains("it demands a certificate", failure.Message, StringComparison.Ordinal);
        Assert.Equal(DtlsFailureReason.CertificateRequired, (await failed.Task.WaitAsync(Loopback.HangGuard)).Reason);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        var failed = new TaskCompletionSource<DtlsException>();
        await using Loopback loopback = Start(DtlsClientAuthentication.Requested, failed);
        using var other = new TestAuthority("CN=Another Root");
        DtlsException failure = await FailureOfAsync(loopback, other.ClientCredential());
        Assert.Equal(AlertDescription.UnknownCA, failure.Failure!.Alert);
        Assert.True(failure.Failure.FromPeer);
        DtlsException seen = await failed.Task.WaitAsync(Loopback.HangGuard);
        Assert.Equal(CertificateProblem.UntrustedRoot, seen.CertificateProblem);
        Assert.StartsWith("The client's certificate was refused: ", seen.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_certificate_is_refused_from_a_client()
    {
        await using Loopback loopback = Start(DtlsClientAuthentication.Required);
        DtlsException failure = await FailureOfAsync(loopback, loopback.Authority.ServerCredential());
        Assert.Equal(AlertDescription.UnsupportedCertificate, failure.Failure!.Alert);
    }

    private static Loopback Start(DtlsClientAuthentication authentication, TaskCompletionSource<DtlsException>? failed = null) => Loopback.Start((options, authority) =>
    {
        options.ClientAuthentication = authentication;
        options.Trust = authority.Trust;
        options.HandshakeFailed = (_, failure) => failed?.TrySetResult(failure);
    });

    private static async Task<DtlsException> FailureOfAsync(Loopback loopback, DtlsCredential? credential = null)
    {
        DtlsChannel client = await loopback.ConnectAsync(options => options.Credentials = credential is null ? [] : [credential]);
        DtlsException? failure = await client.EndAsync();
        Assert.NotNull(failure);
        await Assert.ThrowsAsync<DtlsException>(() => client.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard));
        return failure;
    }
}
