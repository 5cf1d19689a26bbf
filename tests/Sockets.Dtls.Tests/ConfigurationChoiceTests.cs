using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Tests.Handshake;
using Sockets.Dtls.Tests.Resumption;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>A server whose configuration, or whose protocol, is chosen by what the client asks for.</summary>
public sealed class ConfigurationChoiceTests
{
    private static readonly DtlsApplicationProtocol A = new("a");
    private static readonly DtlsApplicationProtocol B = new("b");

    [Theory]
    [InlineData("rsa.example", TestCertificateKind.Rsa2048, false)]
    [InlineData("curve.example", TestCertificateKind.EcdsaP384, false)]
    [InlineData("curve.example", TestCertificateKind.EcdsaP384, true)]
    [InlineData(null, TestCertificateKind.EcdsaP256, false)]
    public void The_name_chooses_the_certificate(string? name, TestCertificateKind expected, bool withEndpoint)
    {
        using DtlsPair pair = Make(name, withEndpoint, out DtlsConfig server);
        pair.Server.Choose = hello => server with
        {
            Credentials = [TestCertificates.Get(hello.ServerName switch
            {
                "rsa.example" => TestCertificateKind.Rsa2048,
                "curve.example" => TestCertificateKind.EcdsaP384,
                _ => TestCertificateKind.EcdsaP256,
            }).ToCredential(server.Crypto)],
        };
        pair.DriveToConnected();
        Assert.Equal(TestCertificates.Get(expected).Leaf.ToArray(), pair.Client.Connection.PeerCertificates[0].ToArray());
        Assert.Equal(name, pair.Server.Connection.ServerName);
        Assert.Equal(1, pair.Server.Log.Count(DtlsEventKind.ConfigurationRequired));
        Assert.Null(pair.Server.Connection.PendingClientHello);
    }

    [Fact]
    public void The_choice_brings_its_own_client_authentication_protocols_and_sizes()
    {
        using DtlsPair pair = Make("a.example", false, out DtlsConfig server, config => config with
        {
            Credentials = [TestCertificates.EcdsaP384.ToCredential(config.Crypto)],
            ApplicationProtocols = [A, B],
        });
        pair.Server.Choose = hello =>
        {
            Assert.Equal([A, B], hello.ApplicationProtocols);
            Assert.True(hello.Offers(B));
            Assert.False(hello.Offers(new DtlsApplicationProtocol("c")));
            return Chosen(server) with { ClientAuthentication = DtlsClientAuthentication.Required, ApplicationProtocols = [B], RecordSizeLimit = 500 };
        };
        pair.DriveToConnected();
        Assert.Equal(B, pair.Client.Connection.ApplicationProtocol);
        Assert.Equal(TestCertificates.EcdsaP384.Leaf.ToArray(), pair.Server.Connection.PeerCertificates[0].ToArray());
        Assert.Equal(500, pair.Client.Connection.PeerRecordSizeLimit);
    }

    /// <summary>Also where the server's own configuration has no authentication after the handshake.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_choice_says_whether_a_certificate_may_be_asked_for_later(bool isChosen)
    {
        using DtlsPair pair = Make("a.example", false, out DtlsConfig server, config => config with
        {
            Credentials = [TestCertificates.EcdsaP384.ToCredential(config.Crypto)],
            PostHandshakeAuthentication = true,
        });
        pair.Server.Choose = _ => Chosen(server) with { PostHandshakeAuthentication = isChosen };
        pair.DriveToConnected();
        Assert.Equal(isChosen, pair.Server.Connection.CanRequestClientCertificate);
        if (!isChosen)
            return;
        Assert.True(pair.Server.Connection.RequestClientCertificate(pair.Network.Clock.Now, out _));
        pair.Server.Drain();
        pair.Settle(TimeSpan.FromMinutes(1));
        Assert.True(pair.Server.Connection.TakeClientAuthentication()!.IsAuthenticated);
    }

    [Fact]
    public void An_answer_may_take_its_time()
    {
        using DtlsPair pair = Make("a.example", false, out DtlsConfig server);
        pair.Server.ChoiceDelay = TimeSpan.FromSeconds(5);
        pair.Server.Choose = _ => Chosen(server);
        pair.Start();
        pair.Settle(TimeSpan.FromSeconds(4));
        Assert.Equal(DtlsState.WaitConfiguration, pair.Server.Connection.State);
        pair.DriveUntil(() => pair.IsConnected);
        Assert.Equal(1, pair.Server.Log.Count(DtlsEventKind.ConfigurationRequired)); // however often the ClientHello came
    }

    /// <summary>RFC 6066 §3.</summary>
    [Fact]
    public void An_unknown_name_is_refused_with_unrecognized_name()
    {
        using DtlsPair pair = Make("nobody.example", false, out _);
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(DtlsFailureReason.ClientHelloRefused, pair.Server.Log.Failure?.Reason);
        Assert.Equal(AlertDescription.UnrecognizedName, pair.Server.Log.Failure?.Alert);
        Assert.Equal(AlertDescription.UnrecognizedName, pair.Client.Log.Failure?.Alert);
    }

    [Fact]
    public void What_was_agreed_on_before_the_choice_cannot_be_chosen()
    {
        using DtlsPair pair = Make("a.example", false, out DtlsConfig server);
        (string Setting, DtlsConfig Config)[] bad =
        [
            (nameof(DtlsConfig.Crypto), Chosen(server) with { Crypto = new SeededCryptoProvider(TestProviders.Default, 9) }),
            (nameof(DtlsConfig.CipherSuites), Chosen(server) with { CipherSuites = [CipherSuite.Aes128GcmSha256] }),
            (nameof(DtlsConfig.Groups), Chosen(server) with { Groups = [NamedGroup.Secp384r1] }),
            (nameof(DtlsConfig.AllowPskWithoutExchange), Chosen(server) with { AllowPskWithoutExchange = true }),
            (nameof(DtlsConfig.ConnectionIdLength), Chosen(server) with { ConnectionIdLength = 4 }),
            ("config", server with { Credentials = [] }),
        ];
        pair.Server.Choose = _ =>
        {
            foreach ((string setting, DtlsConfig config) in bad)
                Assert.Equal(setting, Assert.Throws<ArgumentException>(() => pair.Server.Connection.CompleteConfiguration(config, pair.Network.Clock.Now)).ParamName);
            return Chosen(server);
        };
        pair.DriveToConnected();
        Assert.Throws<InvalidOperationException>(() => pair.Server.Connection.CompleteConfiguration(Chosen(server), pair.Network.Clock.Now));
        Assert.Throws<InvalidOperationException>(() => pair.Server.Connection.RefuseClientHello(AlertDescription.AccessDenied, pair.Network.Clock.Now));
    }

    [Fact]
    public void Of_very_many_protocols_the_first_are_shown()
    {
        DtlsApplicationProtocol[] many = [.. Enumerable.Range(0, 100).Select(static i => new DtlsApplicationProtocol($"p{i}"))];
        using DtlsPair pair = Make("a.example", false, out DtlsConfig server, config => config with { ApplicationProtocols = many });
        pair.Server.Choose = hello =>
        {
            Assert.Equal(many[..64], hello.ApplicationProtocols);
            return Chosen(server);
        };
        pair.DriveToConnected();
    }

    /// <summary>A ticket of one configuration is none under another, though name and keys are the same.</summary>
    [Theory]
    [InlineData("the same", true)]
    [InlineData("certificate", false)]
    [InlineData("client authentication", false)]
    [InlineData("trust", false)]
    [InlineData("ticket keys", false)]
    public void A_ticket_belongs_to_the_configuration_that_was_chosen(string changed, bool isResumed)
    {
        using var rig = new ResumptionRig();
        using var otherKeys = new DtlsTicketKeys(TestProviders.Default);
        DtlsConfig? server = null;
        rig.Server = config =>
        {
            server = config;
            return config with { Credentials = [], TicketProtector = null, ChooseByClientHello = true };
        };
        rig.Begin(null).Server.Choose = _ => server;
        rig.Pair.DriveToConnected();
        rig.Pair.Settle();
        using DtlsTicket ticket = rig.TakeTicket();

        rig.Begin(ticket).Server.Choose = _ => changed switch
        {
            "certificate" => server! with { Credentials = [TestCertificates.EcdsaP384.ToCredential(server.Crypto)] },
            "client authentication" => server! with { ClientAuthentication = DtlsClientAuthentication.Requested },
            "trust" => server! with { TicketContext = new byte[] { 1 } },
            "ticket keys" => server! with { TicketProtector = otherKeys },
            _ => server,
        };
        rig.Pair.DriveToConnected();
        rig.AssertResumed(isResumed);
    }

    [Theory]
    [InlineData("b", "b")]
    [InlineData("", "")]
    public void The_application_chooses_among_the_clients_protocols(string choice, string expected)
    {
        List<DtlsApplicationProtocol> seen = [];
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { ServerName = "a.example", ApplicationProtocols = [A, B] },
            server: config => config with
            {
                ApplicationProtocols = [A],
                SelectApplicationProtocol = hello =>
                {
                    Assert.Equal("a.example", hello.ServerName);
                    seen.AddRange(hello.ApplicationProtocols);
                    return choice.Length == 0 ? DtlsProtocolChoice.None : DtlsProtocolChoice.Use(new DtlsApplicationProtocol(choice));
                },
            });
        pair.DriveToConnected();
        Assert.Equal([A, B], seen);
        Assert.Equal(expected, pair.Client.Connection.ApplicationProtocol.IsEmpty ? "" : pair.Client.Connection.ApplicationProtocol.ToString());
        Assert.Equal(pair.Client.Connection.ApplicationProtocol, pair.Server.Connection.ApplicationProtocol);
    }

    /// <summary>RFC 7301 §3.2.</summary>
    [Fact]
    public void The_application_may_refuse_the_clients_protocols()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { ApplicationProtocols = [A] },
            server: static config => config with { SelectApplicationProtocol = static _ => DtlsProtocolChoice.Refuse });
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(AlertDescription.NoApplicationProtocol, pair.Client.Log.Failure?.Alert);
        Assert.Equal(DtlsFailureReason.NoCommonApplicationProtocol, pair.Server.Log.Failure?.Reason);
    }

    [Fact]
    public void A_protocol_that_was_not_offered_cannot_be_chosen()
    {
        using var rig = new HandshakeRig(
            static config => config with { ApplicationProtocols = [A] },
            static config => config with { SelectApplicationProtocol = static _ => DtlsProtocolChoice.Use(B) });
        Assert.Equal(new ProtocolError(DtlsFailureReason.InvalidApplicationProtocol, AlertDescription.InternalError), rig.Offer(static hello => hello));
    }

    [Fact]
    public void Nobody_is_asked_about_protocols_that_were_not_offered()
    {
        using DtlsPair pair = DtlsPair.Create(
            server: static config => config with { SelectApplicationProtocol = static _ => throw new InvalidOperationException("Not to be asked.") });
        pair.DriveToConnected();
        Assert.True(pair.Client.Connection.ApplicationProtocol.IsEmpty);
    }

    private static DtlsConfig Chosen(DtlsConfig server) => server with { Credentials = [TestCertificates.EcdsaP256.ToCredential(server.Crypto)] };

    /// <summary>A server that has nothing of its own but the choice.</summary>
    private static DtlsPair Make(string? name, bool withEndpoint, out DtlsConfig server, Func<DtlsConfig, DtlsConfig>? client = null)
    {
        DtlsConfig? made = null;
        DtlsPair pair = DtlsPair.Create(
            client: config => (client?.Invoke(config) ?? config) with { ServerName = name },
            server: config => made = config with { Credentials = [], ChooseByClientHello = true },
            endpoint: withEndpoint ? new DtlsEndpointConfig() : null);
        server = made!;
        return pair;
    }
}
