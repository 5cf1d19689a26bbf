using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

/// <summary>Keys that are not in this process: the driver asks, somebody answers later.</summary>
public class SigningTests
{
    [Fact]
    public async Task A_key_elsewhere_answers_asynchronously()
    {
        int signatures = 0;
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            X509Certificate2 certificate = authority.Issue(["localhost"]);
            options.Credentials = [DtlsCredentialLoader.ForExternalKey(X509CertificateLoader.LoadCertificate(certificate.RawData), [SignatureScheme.EcdsaSecp256r1Sha256])];
            options.SigningCallback = async (request, _) =>
            {
                await Task.Yield();
                Interlocked.Increment(ref signatures);
                Assert.Equal(SignatureScheme.EcdsaSecp256r1Sha256, request.Scheme);
                using ECDsa key = certificate.GetECDsaPrivateKey()!;
                return key.SignData(request.Content.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            };
        });
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        await client.SendAsync(new byte[] { 1 });
        Assert.Equal([1], await server.ReadAsync());
        Assert.Equal(1, signatures);
    }

    [Fact]
    public async Task A_client_key_elsewhere_works_too()
    {
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            options.ClientAuthentication = DtlsClientAuthentication.Required;
            options.Trust = authority.Trust;
        });
        using X509Certificate2 certificate = loopback.Authority.Issue([], "CN=device", TestAuthority.ClientAuthentication);
        (_, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            options.Credentials = [DtlsCredentialLoader.ForExternalKey(certificate, [SignatureScheme.EcdsaSecp256r1Sha256])];
            options.SigningCallback = (request, _) =>
            {
                using ECDsa key = certificate.GetECDsaPrivateKey()!;
                return new ValueTask<byte[]>(key.SignData(request.Content.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            };
        });
        using X509Certificate2? seen = server.GetPeerCertificate();
        Assert.Equal("CN=device", seen?.Subject);
    }

    [Fact]
    public async Task A_signer_that_fails_ends_the_handshake_and_keeps_its_exception()
    {
        var failed = new TaskCompletionSource<DtlsException>();
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            options.Credentials = [DtlsCredentialLoader.ForExternalKey(authority.Issue(["localhost"]), [SignatureScheme.EcdsaSecp256r1Sha256])];
            options.SigningCallback = (_, _) => throw new InvalidOperationException("the token was pulled out");
            options.HandshakeFailed = (_, failure) => failed.TrySetResult(failure);
        });
        DtlsException client = await loopback.FailToConnectAsync();
        Assert.Equal(AlertDescription.InternalError, client.Failure!.Alert);
        DtlsException server = await failed.Task.WaitAsync(Loopback.HangGuard);
        Assert.Equal(DtlsFailureReason.SigningFailed, server.Reason);
        Assert.Contains("the token was pulled out", server.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(server.InnerException);
    }

    [Fact]
    public async Task The_callbacks_token_is_cancelled_when_the_handshake_is_given_up()
    {
        var asked = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            options.Credentials = [DtlsCredentialLoader.ForExternalKey(authority.Issue(["localhost"]), [SignatureScheme.EcdsaSecp256r1Sha256])];
            options.SigningCallback = async (_, token) =>
            {
                token.Register(() => cancelled.TrySetResult());
                asked.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return [];
            };
        });
        using var giveUp = new CancellationTokenSource();
        Task<DtlsChannel> connecting = DtlsChannel.ConnectAsync(loopback.Listener.LocalEndPoint, loopback.ClientOptions(), giveUp.Token).AsTask();
        await asked.Task.WaitAsync(Loopback.HangGuard);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        await loopback.Listener.DisposeAsync();
        await cancelled.Task.WaitAsync(Loopback.HangGuard);
    }

    [Fact]
    public void A_credential_without_a_key_needs_the_callback()
    {
        using var authority = new TestAuthority();
        var options = new DtlsServerOptions { Credentials = [DtlsCredentialLoader.ForExternalKey(authority.Issue(["localhost"]), [SignatureScheme.EcdsaSecp256r1Sha256])] };
        ArgumentException exception = Assert.Throws<ArgumentException>(() => DtlsListener.Bind(new(System.Net.IPAddress.Loopback, 0), options));
        Assert.Contains(nameof(DtlsOptions.SigningCallback), exception.Message, StringComparison.Ordinal);
    }
}
