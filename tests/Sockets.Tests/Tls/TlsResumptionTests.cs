using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Sockets.Links;
using Sockets.Links.Tls;

namespace Sockets.Tests.Tls;

/// <summary>
/// Resumption as it is seen on the wire, by a relay between the two ends: under TLS 1.3 a ServerHello that takes up the
/// pre_shared_key (RFC 8446 §4.2.11), under TLS 1.2 a handshake without a Certificate message (RFC 5077 §3.1).
/// Every test has a server name of its own, since the platform keeps sessions for the whole process.
/// </summary>
public sealed class TlsResumptionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OneContextResumesItsSessions(bool isTls12)
    {
        string host = $"resumes-{isTls12}.example".ToLowerInvariant();
        TlsServerContext server = ServerFor(host, isTls12);
        TlsClientContext client = TlsIdentity.CreateClient(options => options.AllowTls12 = isTls12);

        Assert.False(await ConnectAsync(client, server, host, isTls12));
        Assert.True(await ConnectAsync(client, server, host, isTls12));
        Assert.True(await ConnectAsync(client, server, host, isTls12));
    }

    [Fact]
    public async Task ContextsThatJudgeAlikeMayResumeForEachOther()
    {
        const string Host = "alike.example";
        TlsServerContext server = ServerFor(Host);
        Assert.False(await ConnectAsync(TlsIdentity.CreateClient(), server, Host));
        Assert.True(await ConnectAsync(TlsIdentity.CreateClient(), server, Host));
    }

    [Fact]
    public async Task ASessionOfOneTrustIsNeverOfferedUnderAnother()
    {
        const string Host = "separate.example";
        TlsServerContext server = ServerFor(Host);
        TlsClientContext careless = TlsIdentity.CreateClient(options => options.Trust = PeerTrust.DangerousAcceptAnyCertificate);
        TlsClientContext[] others =
        [
            TlsIdentity.CreateClient(),
            TlsIdentity.CreateClient(options => options.AdditionalCertificateCheck = static chain => chain.Count > 0),
            TlsIdentity.CreateClient(options => options.Trust = PeerTrust.PublicKeyHashes(TlsIdentity.PinOf(server.Certificates.Default!.Certificate))),
            TlsIdentity.CreateClient(options => options.Trust = TlsIdentity.Root.Trust.WithPins(TlsIdentity.PinOf(server.Certificates.Default!.Certificate), new byte[32])),
        ];

        Assert.False(await ConnectAsync(careless, server, Host));
        Assert.True(await ConnectAsync(careless, server, Host)); // there is a session to be had
        foreach (TlsClientContext other in others)
        {
            Assert.False(await ConnectAsync(other, server, Host));
            Assert.False(await ConnectAsync(other, server, Host));
        }

        using var stranger = new TestAuthority("CN=Stranger");
        SocketFailureException refused = await Assert.ThrowsAsync<SocketFailureException>(() => ConnectAsync(TlsIdentity.CreateClient(options => options.Trust = stranger.Trust), server, Host));
        Assert.Equal(CertificateProblem.UntrustedRoot, refused.CertificateProblem);
        Assert.True(await ConnectAsync(careless, server, Host));
    }

    [Fact]
    public async Task AResumedSessionIsJudgedAgain()
    {
        const string Host = "judged.example";
        TlsServerContext server = ServerFor(Host);
        int judged = 0;
        bool isAccepted = true;
        TlsClientContext client = TlsIdentity.CreateClient(options => options.AdditionalCertificateCheck = chain =>
        {
            judged++;
            return isAccepted && chain.Count == 2;
        });
        Assert.False(await ConnectAsync(client, server, Host));
        Assert.True(await ConnectAsync(client, server, Host));
        Assert.Equal(2, judged);

        isAccepted = false;
        SocketFailureException refused = await Assert.ThrowsAsync<SocketFailureException>(() => ConnectAsync(client, server, Host));
        Assert.Equal(CertificateProblem.RefusedByApplication, refused.CertificateProblem);
        Assert.Equal(3, judged);
    }

    [Fact]
    public async Task ASessionOfSomebodyElseInTheProcessIsJudgedByUs()
    {
        const string Host = "foreign-session.example";
        using var stranger = new TestAuthority("CN=Stranger");
        TlsServerContext server = TlsIdentity.CreateServer(options => options.Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(stranger.Issue([Host]))));

        // A program's own SslStream that accepts anything leaves a session in the platform's cache…
        for (int i = 0; i < 2; i++)
        {
            (SystemSocket near, SystemSocket far) = TlsPair.Tcp(null);
            far.Blocking = true;
            using var theirs = new SslStream(new NetworkStream(far, ownsSocket: true));
            using var ours = new Socket(server.Links.Wrap(new PlainLink(near)), SocketTransport.Stream, TimeProvider.System);
            Task handshake = theirs.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = Host,
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
            });
            await ours.Link.OpenAsync(default);
            await handshake;
            await ours.SendAsync(new byte[1]);
            Assert.Equal(1, await theirs.ReadAsync(new byte[1]));
        }

        // …and it does not help the server that has it.
        SocketFailureException refused = await Assert.ThrowsAsync<SocketFailureException>(() => ConnectAsync(TlsIdentity.CreateClient(), server, Host));
        Assert.Equal(CertificateProblem.UntrustedRoot, refused.CertificateProblem);
    }

    [Fact]
    public async Task ServersThatAskForCertificatesDoNotResume()
    {
        const string Host = "client-certificates.example";
        TlsCertificate certificate = TlsIdentity.Issue([Host]);
        TlsServerContext asking = TlsIdentity.CreateServer(options =>
        {
            options.Certificates = new TlsServerCertificates(certificate);
            options.ClientAuthentication = TlsClientAuthentication.Required;
            options.Trust = TlsIdentity.Root.Trust;
        });
        TlsServerContext open = TlsIdentity.CreateServer(options => options.Certificates = new TlsServerCertificates(certificate));
        TlsClientContext client = TlsIdentity.CreateClient(options => options.Certificate = TlsIdentity.Client);
        Assert.False(await ConnectAsync(client, asking, Host));
        Assert.False(await ConnectAsync(client, asking, Host));

        // Nor with what the same certificate's other, careless context gave out.
        Assert.False(await ConnectAsync(client, open, Host));
        Assert.True(await ConnectAsync(client, open, Host));
        Assert.False(await ConnectAsync(client, asking, Host));
    }

    [Fact]
    public async Task ResumptionCanBeSwitchedOff()
    {
        const string Host = "off.example";
        TlsServerContext server = ServerFor(Host);
        TlsClientContext client = TlsIdentity.CreateClient(options => options.AllowResumption = false);
        Assert.False(await ConnectAsync(client, server, Host));
        Assert.False(await ConnectAsync(client, server, Host));

        const string Other = "off-at-the-server.example";
        server = TlsIdentity.CreateServer(options => (options.Certificates, options.AllowResumption) = (new TlsServerCertificates(TlsIdentity.Issue([Other])), false));
        Assert.False(await ConnectAsync(TlsIdentity.CreateClient(), server, Other));
        Assert.False(await ConnectAsync(TlsIdentity.CreateClient(), server, Other));
    }

    [Fact]
    public async Task ACertificateSwappedMeanwhileIsNotHiddenByASession()
    {
        const string Host = "swapped.example";
        TlsServerContext server = ServerFor(Host);
        TlsClientContext client = TlsIdentity.CreateClient();
        Assert.False(await ConnectAsync(client, server, Host));
        server.Replace(new TlsServerCertificates(TlsIdentity.Issue([Host], "CN=new")));
        Assert.False(await ConnectAsync(client, server, Host));
        Assert.True(await ConnectAsync(client, server, Host));
    }

    private static TlsServerContext ServerFor(string host, bool isTls12 = false) => TlsIdentity.CreateServer(options =>
    {
        options.Certificates = new TlsServerCertificates(TlsIdentity.Issue([host]));
        options.AllowTls12 = isTls12;
    });

    /// <summary>One connection with a byte there and back, so that the client has read what the server sent after the handshake. True: resumed.</summary>
    private static async Task<bool> ConnectAsync(TlsClientContext clientContext, TlsServerContext serverContext, string host, bool isTls12 = false)
    {
        await using var wire = new Trickle();
        SocketLink serverLink = serverContext.Links.Wrap(new PlainLink(wire.Server));
        using var server = new Socket(serverLink, SocketTransport.Stream, TimeProvider.System);
        if (isTls12)
        {
            // Both of ours would agree on TLS 1.3: a client that knows only 1.2, with the platform's cache as ours uses it.
            Assert.True(TlsSessions.TryOwn(clientContext, host));
            using var stream = new SslStream(new NetworkStream(Blocking(wire.Client), ownsSocket: true));
            SslClientAuthenticationOptions options = clientContext.CreatePlatformOptions(host, static (_, certificate, _, _) => certificate is not null);
            options.EnabledSslProtocols = SslProtocols.Tls12;
            Task handshake = stream.AuthenticateAsClientAsync(options);
            await serverLink.OpenAsync(default).AsTask().WaitAsync(Waiting.HangGuard);
            await handshake;
            await stream.WriteAsync(new byte[1]);
            Assert.Equal(1, (await server.ReceiveAsync(new byte[1])).Count);
        }
        else
        {
            using var client = new Socket(clientContext.Links.Wrap(new PlainLink(wire.Client), host), SocketTransport.Stream, TimeProvider.System);
            await Task.WhenAll(client.Link.OpenAsync(default).AsTask(), serverLink.OpenAsync(default).AsTask()).WaitAsync(Waiting.HangGuard);
            await client.SendAsync(new byte[1]);
            Assert.Equal(1, (await server.ReceiveAsync(new byte[1])).Count);
            await server.SendAsync(new byte[1]);
            Assert.Equal(1, (await client.ReceiveAsync(new byte[1])).Count);
        }

        byte[] sent;
        lock (wire.FromServer)
            sent = wire.FromServer.ToArray();
        return isTls12 ? !ServerFlight.HasCertificate(sent) : ServerFlight.TakesUpPreSharedKey(sent);
    }

    private static SystemSocket Blocking(SystemSocket socket)
    {
        socket.Blocking = true;
        return socket;
    }
}
