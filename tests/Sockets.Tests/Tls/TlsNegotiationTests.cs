using System.Net.Security;
using System.Security.Authentication;
using Sockets.Testing;

namespace Sockets.Tests.Tls;

public sealed class TlsNegotiationTests
{
    private static readonly SslApplicationProtocol One = new("one");
    private static readonly SslApplicationProtocol Two = new("two");
    private static readonly SslApplicationProtocol Three = new("three");

    [Fact]
    public async Task Tls12IsSpokenByChoiceOnly()
    {
        TlsServerContext both = TlsIdentity.CreateServer(options => options.AllowTls12 = true);
        await using (TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(options => options.AllowTls12 = true), both))
            Assert.Equal("TLS 1.3", pair.Client.Security!.Protocol);

        await using Foreign client = Foreign.Client(SslProtocols.Tls12);
        await client.OpenAgainst(both);
        Assert.Equal("TLS 1.2", client.Ours.Security!.Protocol);
        await client.Stream.WriteAsync(new byte[] { 1, 2, 3 });
        byte[] buffer = new byte[8];
        Assert.Equal(3, (await client.Ours.ReceiveAsync(buffer)).Count);
        await client.Ours.SendAsync(new byte[] { 4, 5 });
        Assert.Equal(2, await client.Stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task AServerRefusesOlderVersions()
    {
        await using Foreign client = Foreign.Client(SslProtocols.Tls12);
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => client.OpenAgainst(TlsIdentity.CreateServer()));
        Assert.Equal(SocketFailureReason.HandshakeFailed, failure.Reason);
    }

    [Fact]
    public async Task AClientRefusesOlderVersions()
    {
        await using Foreign server = Foreign.Server(SslProtocols.Tls12);
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => server.OpenAgainst(TlsIdentity.CreateClient()));
        Assert.Equal(SocketFailureReason.HandshakeFailed, failure.Reason);
        Assert.Contains("protocol_version", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheServersOrderOfApplicationProtocolsCounts()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(
            TlsIdentity.CreateClient(options => options.ApplicationProtocols = [One, Two, Three]),
            TlsIdentity.CreateServer(options => options.ApplicationProtocols = [Three, Two]));
        Assert.Equal("three"u8, pair.Client.Security!.ApplicationProtocol.Span);
        Assert.Equal("three"u8, pair.Server.Security!.ApplicationProtocol.Span);
    }

    [Fact]
    public async Task NoCommonApplicationProtocolEndsTheHandshakeOnBothSides()
    {
        (SocketFailureException? client, SocketFailureException? server) = await TlsPair.TryOpenAsync(
            TlsIdentity.CreateClient(options => options.ApplicationProtocols = [One]),
            TlsIdentity.CreateServer(options => options.ApplicationProtocols = [Two]));
        Assert.Equal(SocketFailureReason.NoApplicationProtocol, client!.Reason);
        Assert.Equal(SocketFailureReason.NoApplicationProtocol, server!.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task APeerWithoutApplicationProtocolsIsRefusedWhereOneIsRequired(bool isRequired)
    {
        (SocketFailureException? client, _) = await TlsPair.TryOpenAsync(
            TlsIdentity.CreateClient(options => (options.ApplicationProtocols, options.IsApplicationProtocolRequired) = ([One], isRequired)),
            TlsIdentity.CreateServer());
        Assert.Equal(isRequired ? SocketFailureReason.NoApplicationProtocol : null, client?.Reason);
        (_, SocketFailureException? server) = await TlsPair.TryOpenAsync(
            TlsIdentity.CreateClient(),
            TlsIdentity.CreateServer(options => (options.ApplicationProtocols, options.IsApplicationProtocolRequired) = ([One], isRequired)));
        Assert.Equal(isRequired ? SocketFailureReason.NoApplicationProtocol : null, server?.Reason);
    }

    [Fact]
    public async Task ApplicationProtocolsAreSelectedByName()
    {
        TlsServerContext server = TlsIdentity.CreateServer(options =>
        {
            options.Certificates = new TlsServerCertificates(TlsIdentity.Issue(["one.example", "two.example", "three.example"]));
            options.ApplicationProtocols = [Three];
            options.ApplicationProtocolSelector = static name => name switch
            {
                "one.example" => [One],
                "two.example" => [Two, One],
                _ => null,
            };
        });
        TlsClientContext client = TlsIdentity.CreateClient(options => options.ApplicationProtocols = [One, Two, Three]);
        foreach (string name in (string[])["one", "two", "three"])
        {
            await using TlsPair pair = await TlsPair.OpenAsync(client, server, name + ".example");
            Assert.Equal(name, new SslApplicationProtocol(pair.Client.Security!.ApplicationProtocol.ToArray()).ToString());
        }
    }

    [Theory]
    [InlineData("a.example", "CN=a")]
    [InlineData("A.EXAMPLE", "CN=a")]
    [InlineData("x.b.example", "CN=star")]
    [InlineData("y.b.example", "CN=exact")]
    [InlineData("b.example", "CN=default")]
    [InlineData("x.y.b.example", "CN=default")]
    [InlineData("other.example", "CN=default")]
    public async Task EachNameHasItsCertificate(string name, string subject)
    {
        TlsServerContext server = Names(hasDefault: true);
        TlsClientContext client = TlsIdentity.CreateClient(options => options.Trust = PeerTrust.DangerousAcceptAnyCertificate);
        await using TlsPair pair = await TlsPair.OpenAsync(client, server, name);
        Assert.Equal(subject, pair.Client.Security!.GetPeerCertificate()!.Subject);
    }

    [Theory]
    [InlineData("bücher.example", "bücher.example")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("xn--bcher-kva.example", "BÜCHER.example")]
    [InlineData("*.bücher.example", "www.bücher.example")]
    [InlineData("*.example", "bücher.example")]
    public async Task NamesInOtherScriptsAreFoundHoweverTheyAreWritten(string entry, string host)
    {
        TlsServerContext server = TlsIdentity.CreateServer(options => options.Certificates = new TlsServerCertificates(null, [KeyValuePair.Create(entry, TlsIdentity.Issue(["xn--bcher-kva.example", "*.xn--bcher-kva.example"]))]));
        await using TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(), server, host);
        Assert.EndsWith("xn--bcher-kva.example", pair.Client.Security!.ServerName, StringComparison.Ordinal);
        Assert.Equal(pair.Client.Security.ServerName, pair.Server.Security!.ServerName);
    }

    [Theory]
    [InlineData("other.example")]
    [InlineData("127.0.0.1")]
    public async Task UnknownNamesAreRefusedWithoutADefault(string name)
    {
        TlsClientContext client = TlsIdentity.CreateClient(options => options.Trust = PeerTrust.DangerousAcceptAnyCertificate);
        (SocketFailureException? clientFailure, SocketFailureException? serverFailure) = await TlsPair.TryOpenAsync(client, Names(hasDefault: false), name);
        Assert.Equal(SocketFailureReason.HandshakeFailed, serverFailure!.Reason);
        Assert.Contains(name == "other.example" ? "other.example" : "no name", serverFailure.Message, StringComparison.Ordinal);
        Assert.Contains("unrecognized_name", clientFailure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("a.*.example")]
    [InlineData("")]
    [InlineData("bad name")]
    [InlineData("127.0.0.1")]
    public void WhatIsNoNameIsNoKeyOfTheTable(string name) =>
        Assert.Throws<ArgumentException>(() => new TlsServerCertificates(null, [KeyValuePair.Create(name, TlsIdentity.Server)]));

    [Fact]
    public async Task HandshakesBeyondTheCapFailAtOnceAndThePlaceIsGivenBack()
    {
        TlsServerContext server = TlsIdentity.CreateServer(options => options.MaxConcurrentHandshakes = 1);
        await using TlsPair silent = TlsPair.Closed(TlsIdentity.CreateClient(), server);
        Assert.False(silent.Server.Link.Progress()); // takes the place, and waits for a ClientHello
        (_, SocketFailureException? failure) = await TlsPair.TryOpenAsync(TlsIdentity.CreateClient(), server);
        Assert.Equal(SocketFailureReason.LimitReached, failure!.Reason);
        Assert.Equal(1, server.Handshakes);

        silent.Server.Dispose();
        Assert.Equal(0, server.Handshakes);
        await using TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(), server);
        Assert.Equal(0, server.Handshakes);
    }

    [Fact]
    public async Task TheHandshakeHasItsOwnTime()
    {
        var clock = new VirtualTimeProvider();
        TlsServerContext server = TlsIdentity.CreateServer(options => (options.TimeProvider, options.HandshakeTimeout) = (clock, TimeSpan.FromSeconds(10)));
        await using TlsPair pair = TlsPair.Closed(TlsIdentity.CreateClient(), server);
        Assert.False(pair.Server.Link.Progress());
        Assert.Equal(clock.GetTimestamp() + 10 * clock.TimestampFrequency, pair.Server.Link.NextTimeout);

        Task opening = pair.Server.Link.OpenAsync(default).AsTask();
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(opening.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => opening.WaitAsync(Waiting.HangGuard));
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.Equal(0, server.Handshakes);
    }

    [Fact]
    public async Task TheHandshakesTimeIsOverForAPollToo()
    {
        var clock = new VirtualTimeProvider();
        TlsClientContext client = TlsIdentity.CreateClient(options => (options.TimeProvider, options.HandshakeTimeout) = (clock, TimeSpan.FromSeconds(10)));
        await using TlsPair pair = TlsPair.Closed(client, TlsIdentity.CreateServer());
        Assert.False(pair.Client.Link.Progress());
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => pair.Client.Link.Progress()).Reason);
    }

    [Fact]
    public void BadOptionsAreFoundWhenTheContextIsMade()
    {
        Assert.Throws<ArgumentException>(() => TlsServerContext.Create(new TlsServerOptions()));
        Assert.Throws<ArgumentException>(() => TlsIdentity.CreateClient(options => options.HandshakeTimeout = TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => TlsIdentity.CreateClient(options => options.HandshakeTimeout = TimeSpan.MaxValue));
        Assert.Throws<ArgumentException>(() => TlsIdentity.CreateClient(options => options.RevocationTimeout = TimeSpan.MaxValue));
        Assert.Throws<ArgumentException>(() => TlsIdentity.CreateClient(options => options.IsApplicationProtocolRequired = true));
        Assert.Throws<ArgumentException>(() => TlsIdentity.CreateClient(options => options.TargetHost = ""));
        Assert.Throws<ArgumentException>(() => TlsIdentity.CreateClient(options => options.CipherSuites = []));
        Assert.Throws<ArgumentOutOfRangeException>(() => TlsIdentity.CreateServer(options => options.MaxConcurrentHandshakes = 0));
    }

    [Fact]
    public async Task AChoiceOfCipherSuitesIsKept()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has no choice of cipher suites for one program.");
        await using TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(options => options.CipherSuites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256]), TlsIdentity.CreateServer());
        Assert.Equal("TLS_AES_128_GCM_SHA256", pair.Server.Security!.CipherSuite);
    }

    private static TlsServerContext Names(bool hasDefault) => TlsIdentity.CreateServer(options => options.Certificates = new TlsServerCertificates(
        hasDefault ? TlsIdentity.Issue(["default.example"], "CN=default") : null,
        new Dictionary<string, TlsCertificate>
        {
            ["a.example"] = TlsIdentity.Issue(["a.example"], "CN=a"),
            ["*.b.example"] = TlsIdentity.Issue(["*.b.example"], "CN=star"),
            ["y.b.example"] = TlsIdentity.Issue(["y.b.example"], "CN=exact"),
        }));
}
