using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests.Tls;

/// <summary>Our client against our server: whose certificate is good, and what is said of one that is not.</summary>
public sealed class TlsTrustTests
{
    private static readonly byte[] UnknownPin = new byte[32];

    [Fact]
    public async Task AWrongNameIsRefused() =>
        await RefusedAsync(CertificateProblem.NameMismatch, TlsIdentity.CreateClient(), host: "other.example");

    [Fact]
    public async Task TheNameOfTheOptionsGoesBeforeTheHost()
    {
        await RefusedAsync(CertificateProblem.NameMismatch, TlsIdentity.CreateClient(options => options.TargetHost = "other.example"));
        await AcceptedAsync(TlsIdentity.CreateClient(options => options.TargetHost = TlsPair.HostName + "."), host: "other.example");
    }

    [Fact]
    public async Task AnUnknownRootIsRefused()
    {
        using var stranger = new TestAuthority("CN=Stranger");
        await RefusedAsync(CertificateProblem.UntrustedRoot, TlsIdentity.CreateClient(options => options.Trust = stranger.Trust));
    }

    [Fact]
    public async Task TheSystemsRootsAreTheDefaultAndDoNotKnowOurs() =>
        await RefusedAsync(CertificateProblem.UntrustedRoot, TlsClientContext.Create(new TlsClientOptions()));

    [Fact]
    public async Task AnExpiredCertificateIsRefused() =>
        await RefusedAsync(CertificateProblem.Expired, TlsIdentity.CreateClient(), TlsIdentity.Issue([TlsPair.HostName], notAfter: new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public async Task ACertificateOfTheFutureIsRefused() =>
        await RefusedAsync(CertificateProblem.NotYetValid, TlsIdentity.CreateClient(), TlsIdentity.Issue([TlsPair.HostName], notBefore: new DateTimeOffset(2048, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public async Task ACertificateForClientsIsRefused() =>
        await RefusedAsync(CertificateProblem.WrongUsage, TlsIdentity.CreateClient(), TlsIdentity.Issue([TlsPair.HostName], purpose: TestAuthority.ClientAuthentication));

    [Fact]
    public async Task AMissingIntermediateIsRefused() =>
        await RefusedAsync(CertificateProblem.UntrustedRoot, TlsIdentity.CreateClient(), TlsCertificate.FromCertificate(new TestAuthorityChain().Leaf));

    [Fact]
    public async Task ASelfSignedCertificateIsGoodByItsPinOnly()
    {
        using var self = new TestAuthority("CN=self");
        TlsCertificate certificate = TlsCertificate.FromCertificate(self.Certificate);
        await RefusedAsync(CertificateProblem.UntrustedRoot, TlsIdentity.CreateClient(), certificate);
        await AcceptedAsync(TlsIdentity.CreateClient(options => options.Trust = PeerTrust.PublicKeyHashes(TlsIdentity.PinOf(self.Certificate))), certificate, host: null);
        await RefusedAsync(CertificateProblem.PinMismatch, TlsIdentity.CreateClient(options => options.Trust = PeerTrust.PublicKeyHashes(UnknownPin)), certificate, host: null);
    }

    [Fact]
    public async Task PinsComeOnTopOfTheChain()
    {
        byte[] leaf = TlsIdentity.PinOf(TlsIdentity.Server.Certificate);
        byte[] intermediate = TlsIdentity.PinOf(TlsIdentity.Intermediate.Certificate);
        await AcceptedAsync(Pinned(leaf, UnknownPin));
        await AcceptedAsync(Pinned(UnknownPin, intermediate));
        await RefusedAsync(CertificateProblem.PinMismatch, Pinned(UnknownPin, [.. UnknownPin.Select(static b => (byte)(b + 1))]));
        // A pin does not make up for a name.
        await RefusedAsync(CertificateProblem.NameMismatch, Pinned(leaf, UnknownPin), host: "other.example");
        using var stranger = new TestAuthority("CN=Stranger");
        await RefusedAsync(CertificateProblem.UntrustedRoot, TlsIdentity.CreateClient(options => options.Trust = stranger.Trust.WithPins(leaf, UnknownPin)));

        static TlsClientContext Pinned(params byte[][] pins) =>
            TlsIdentity.CreateClient(options => options.Trust = TlsIdentity.Root.Trust.WithPins(pins.Select(static pin => (ReadOnlyMemory<byte>)pin)));
    }

    [Fact]
    public async Task EachFurtherSetOfPinsIsOneMoreDemand()
    {
        byte[] leaf = TlsIdentity.PinOf(TlsIdentity.Server.Certificate);
        byte[] intermediate = TlsIdentity.PinOf(TlsIdentity.Intermediate.Certificate);
        byte[] other = [.. UnknownPin.Select(static b => (byte)(b + 1))];
        await AcceptedAsync(Pinned(TlsIdentity.Root.Trust.WithPins(leaf, other).WithPins(intermediate, other)));
        await RefusedAsync(CertificateProblem.PinMismatch, Pinned(TlsIdentity.Root.Trust.WithPins(UnknownPin, other).WithPins(leaf, other)));
        await RefusedAsync(CertificateProblem.PinMismatch, Pinned(TlsIdentity.Root.Trust.WithPins(leaf, other).WithPins(UnknownPin, other)));
        Assert.NotEqual(TlsIdentity.Root.Trust.WithPins(leaf, other).Identity, TlsIdentity.Root.Trust.WithPins(UnknownPin, other).WithPins(leaf, other).Identity);

        static TlsClientContext Pinned(PeerTrust trust) => TlsIdentity.CreateClient(options => options.Trust = trust);
    }

    [Theory]
    [InlineData("server..example")]
    [InlineData("server.example..")]
    [InlineData(".server.example")]
    [InlineData("*.example")]
    [InlineData("server.example\0.other")]
    [InlineData("server example")]
    [InlineData(" server.example")]
    [InlineData("-")]
    public async Task WhatIsNoNameIsNeverFound(string host)
    {
        (SocketFailureException? client, _) = await TlsPair.TryOpenAsync(TlsIdentity.CreateClient(), TlsIdentity.CreateServer(), host);
        Assert.NotNull(client);
        Assert.True(client.Reason is SocketFailureReason.CertificateRejected or SocketFailureReason.HandshakeFailed, client.Message);
    }

    [Fact]
    public void ASetOfPinsNeedsABackup()
    {
        Assert.Throws<ArgumentException>(() => TlsIdentity.Root.Trust.WithPins(UnknownPin));
        Assert.Throws<ArgumentException>(() => TlsIdentity.Root.Trust.WithPins(UnknownPin, UnknownPin));
        Assert.Throws<InvalidOperationException>(() => PeerTrust.DangerousAcceptAnyCertificate.WithPins(UnknownPin, new byte[32]));
    }

    [Fact]
    public async Task AnAddressIsLookedUpInTheCertificateAndNeverSent()
    {
        TlsCertificate certificate = TlsIdentity.Issue(["127.0.0.1"]);
        await using TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(), TlsIdentity.CreateServer(options => options.Certificates = new TlsServerCertificates(certificate)), "127.0.0.1");
        Assert.Null(pair.Server.Security!.ServerName);
        await RefusedAsync(CertificateProblem.NameMismatch, TlsIdentity.CreateClient(), certificate, "127.0.0.2");
    }

    [Fact]
    public async Task AChainIsNotJudgedWithoutAName()
    {
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsPair.OpenAsync(TlsIdentity.CreateClient(), TlsIdentity.CreateServer(), host: null));
        Assert.Contains(nameof(TlsClientOptions.TargetHost), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheApplicationMayRefuseAndNeverForgive()
    {
        int asked = 0;
        await RefusedAsync(CertificateProblem.RefusedByApplication, TlsIdentity.CreateClient(options => options.AdditionalCertificateCheck = chain => ++asked == 0));
        Assert.Equal(1, asked);
        await RefusedAsync(CertificateProblem.RefusedByApplication, TlsIdentity.CreateClient(options => options.AdditionalCertificateCheck = static chain => throw new FormatException()));
        await RefusedAsync(CertificateProblem.NameMismatch, TlsIdentity.CreateClient(options => options.AdditionalCertificateCheck = chain => ++asked > 0), host: "other.example");
        Assert.Equal(1, asked);
        await AcceptedAsync(TlsIdentity.CreateClient(options => options.AdditionalCertificateCheck = static chain => chain.Count == 2 && chain[0].Subject == "CN=server"));
    }

    [Fact]
    public async Task AnythingIsAcceptedOnlyByADangerousName()
    {
        using var self = new TestAuthority("CN=self");
        await AcceptedAsync(TlsIdentity.CreateClient(options => options.Trust = PeerTrust.DangerousAcceptAnyCertificate), TlsCertificate.FromCertificate(self.Certificate), "other.example");
    }

    [Fact]
    public async Task RevocationThatCannotBeCheckedRefuses() =>
        await RefusedAsync(CertificateProblem.RevocationUnknown, TlsIdentity.CreateClient(options => options.CertificateRevocationCheckMode = X509RevocationMode.Offline));

    [Theory]
    [InlineData(TlsClientAuthentication.Requested, true, null)]
    [InlineData(TlsClientAuthentication.Requested, false, null)]
    [InlineData(TlsClientAuthentication.Required, true, null)]
    [InlineData(TlsClientAuthentication.Required, false, SocketFailureReason.CertificateRejected)]
    public async Task ClientsShowACertificateWhereTheyMust(TlsClientAuthentication authentication, bool hasCertificate, SocketFailureReason? reason)
    {
        TlsClientContext client = TlsIdentity.CreateClient(options => options.Certificate = hasCertificate ? TlsIdentity.Client : null);
        TlsServerContext server = TlsIdentity.CreateServer(options =>
        {
            options.ClientAuthentication = authentication;
            options.Trust = TlsIdentity.Root.Trust;
        });
        if (reason is null)
        {
            await using TlsPair pair = await TlsPair.OpenAsync(client, server);
            Assert.Equal(hasCertificate ? 2 : 0, pair.Server.Security!.PeerCertificates.Count);
            using X509Certificate2? certificate = pair.Server.Security.GetPeerCertificate();
            Assert.Equal(hasCertificate ? "CN=client" : null, certificate?.Subject);
        }
        else
        {
            (SocketFailureException? clientFailure, SocketFailureException? serverFailure) = await TlsPair.TryOpenAsync(client, server);
            Assert.Equal(reason, serverFailure?.Reason);
            Assert.NotNull(clientFailure);
        }
    }

    [Fact]
    public async Task ABadClientCertificateIsRefusedAlsoWhereNoneWouldDo()
    {
        using var stranger = new TestAuthority("CN=Stranger");
        TlsServerContext server = TlsIdentity.CreateServer(options =>
        {
            options.ClientAuthentication = TlsClientAuthentication.Requested;
            options.Trust = TlsIdentity.Root.Trust;
        });
        TlsClientContext client = TlsIdentity.CreateClient(options => options.Certificate = TlsCertificate.FromCertificate(stranger.Issue([], "CN=intruder", TestAuthority.ClientAuthentication)));
        (SocketFailureException? clientFailure, SocketFailureException? serverFailure) = await TlsPair.TryOpenAsync(client, server);
        Assert.Equal((SocketFailureReason.CertificateRejected, CertificateProblem.UntrustedRoot), (serverFailure!.Reason, serverFailure.CertificateProblem));
        Assert.Contains("client's certificate", serverFailure.Message, StringComparison.Ordinal);
        Assert.NotNull(clientFailure);

        // A certificate for servers is none for clients.
        client = TlsIdentity.CreateClient(options => options.Certificate = TlsIdentity.Server);
        (_, serverFailure) = await TlsPair.TryOpenAsync(client, server);
        Assert.Equal(CertificateProblem.WrongUsage, serverFailure!.CertificateProblem);
    }

    private static async Task AcceptedAsync(TlsClientContext client, TlsCertificate? certificate = null, string? host = TlsPair.HostName)
    {
        await using TlsPair pair = await TlsPair.OpenAsync(client, ServerWith(certificate), host);
        Assert.Equal(SocketState.Open, pair.Client.State);
    }

    private static async Task RefusedAsync(CertificateProblem problem, TlsClientContext client, TlsCertificate? certificate = null, string? host = TlsPair.HostName)
    {
        (SocketFailureException? clientFailure, SocketFailureException? serverFailure) = await TlsPair.TryOpenAsync(client, ServerWith(certificate), host);
        Assert.NotNull(clientFailure);
        Assert.Equal((SocketFailureReason.CertificateRejected, problem), (clientFailure.Reason, clientFailure.CertificateProblem));
        Assert.StartsWith("The server's certificate was refused: ", clientFailure.Message, StringComparison.Ordinal);
        _ = serverFailure; // the platform tells the server or not
    }

    private static TlsServerContext ServerWith(TlsCertificate? certificate) =>
        TlsIdentity.CreateServer(options => options.Certificates = new TlsServerCertificates(certificate ?? TlsIdentity.Server));

    /// <summary>A leaf behind an authority of its own that the server does not send.</summary>
    private sealed class TestAuthorityChain
    {
        public X509Certificate2 Leaf { get; } = TlsIdentity.Root.IssueAuthority("CN=Unsent Intermediate").Issue([TlsPair.HostName]);
    }
}
