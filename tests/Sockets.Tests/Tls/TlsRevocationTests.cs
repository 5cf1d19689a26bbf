using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sockets.Tests.Tls;

/// <summary>Online revocation checks, against a list that is served on this machine.</summary>
public sealed class TlsRevocationTests : IDisposable
{
    private readonly TestAuthority _authority = new($"CN=Revoking {Guid.NewGuid():N}"); // the platform caches lists by their address
    private readonly SystemSocket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CertificateRevocationListBuilder _revoked = new();
    private int _asked;

    public TlsRevocationTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheListIsAskedFor(bool isRevoked)
    {
        X509Certificate2 certificate = Issue();
        if (isRevoked)
            _revoked.AddEntry(certificate);
        Task serving = ServeAsync();
        (SocketFailureException? failure, _) = await TlsPair.TryOpenAsync(Online(TimeSpan.FromSeconds(30)), ServerWith(certificate));
        Assert.Equal(isRevoked ? SocketFailureReason.CertificateRejected : null, failure?.Reason);
        Assert.Equal(isRevoked ? CertificateProblem.Revoked : null, failure?.CertificateProblem);
        Assert.True(_asked > 0);
        _listener.Dispose();
        await serving;
    }

    [Fact]
    public async Task AListThatDoesNotComeRefuses()
    {
        // The address answers to nothing: connections wait in the backlog.
        (SocketFailureException? failure, _) = await TlsPair.TryOpenAsync(Online(TimeSpan.FromMilliseconds(300)), ServerWith(Issue()));
        Assert.Equal((SocketFailureReason.CertificateRejected, CertificateProblem.RevocationUnknown), (failure!.Reason, failure.CertificateProblem));
    }

    [Fact]
    public async Task NothingIsAskedForUnlessItIsSaid()
    {
        Task serving = ServeAsync();
        TlsClientContext client = TlsIdentity.CreateClient(options => (options.Trust, options.AllowResumption) = (_authority.Trust, false));
        (SocketFailureException? failure, _) = await TlsPair.TryOpenAsync(client, ServerWith(Issue()));
        Assert.Null(failure);
        Assert.Equal(0, _asked);
        _listener.Dispose();
        await serving;
    }

    private static TlsServerContext ServerWith(X509Certificate2 certificate) =>
        TlsIdentity.CreateServer(options => options.Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(certificate)));

    private TlsClientContext Online(TimeSpan timeout) => TlsIdentity.CreateClient(options =>
    {
        options.Trust = _authority.Trust;
        options.CertificateRevocationCheckMode = X509RevocationMode.Online;
        options.RevocationTimeout = timeout;
        options.HandshakeTimeout = Timeout.InfiniteTimeSpan;
    });

    private X509Certificate2 Issue()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(TlsPair.HostName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"http://{_listener.LocalEndPoint}/{Guid.NewGuid():N}.crl"]));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority.Certificate, false, true));
        using X509Certificate2 certificate = request.Create(_authority.Certificate, TestAuthority.NotBefore, TestAuthority.NotAfter, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A list for everybody who asks, until the listener is closed.</summary>
    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using SystemSocket client = await _listener.AcceptAsync();
                await client.ReceiveAsync(new byte[4096]);
                Interlocked.Increment(ref _asked);
                byte[] list = _revoked.Build(_authority.Certificate, 1, DateTimeOffset.UtcNow.AddDays(1), HashAlgorithmName.SHA256, thisUpdate: DateTimeOffset.UtcNow.AddDays(-1));
                await client.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: {list.Length}\r\nConnection: close\r\n\r\n"));
                await client.SendAsync(list);
                client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
