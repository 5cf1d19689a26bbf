using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Tests.Resumption;
using Sockets.Dtls.Tests.Saving;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>A server asks for a certificate when the connection has long been there (RFC 8446 §4.6.2, RFC 9147 §5.8.4).</summary>
public sealed class PostHandshakeAuthenticationTests
{
    public static TheoryData<CipherSuite> Suites() => [.. Enum.GetValues<CipherSuite>().Where(suite => TestProviders.Default.CipherSuites.Contains(suite))];

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_client_shows_its_certificate_when_it_is_asked(CipherSuite suite)
    {
        using DtlsPair pair = Connect(client: config => WithCredential(config) with { CipherSuites = [suite] });
        Assert.Empty(pair.Server.Connection.PeerCertificates);
        Assert.True(pair.Server.Connection.CanRequestClientCertificate);
        Assert.False(pair.Client.Connection.CanRequestClientCertificate);
        int id = Request(pair);
        pair.Settle();
        AssertAuthenticated(pair, id);
        Assert.Equal(0UL, pair.Server.Log.Statistics.Retransmissions + pair.Client.Log.Statistics.Retransmissions);
        AssertAlive(pair);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_transcript_is_the_whole_handshakes_with_a_retry_too(bool useEndpoint)
    {
        using DtlsPair pair = DtlsPair.Create(
            client: config => WithCredential(config) with { Groups = [NamedGroup.Secp256r1, NamedGroup.Secp384r1] },
            server: static config => config with { PostHandshakeAuthentication = true, Groups = [NamedGroup.Secp384r1] },
            endpoint: useEndpoint ? new DtlsEndpointConfig() : null);
        pair.DriveToConnected();
        Assert.True(pair.Client.Connection.UsedHelloRetryRequest);
        int id = Request(pair);
        pair.Settle();
        AssertAuthenticated(pair, id);
    }

    [Fact]
    public void A_resumed_session_may_be_asked_too()
    {
        using var rig = new ResumptionRig
        {
            Client = static config => WithCredential(config),
            Server = static config => config with { PostHandshakeAuthentication = true },
        };
        using DtlsTicket ticket = rig.GetTicket();
        rig.Connect(ticket);
        rig.AssertResumed(true);
        int id = Request(rig.Pair);
        rig.Pair.Settle();
        AssertAuthenticated(rig.Pair, id);
    }

    [Fact]
    public void A_client_without_a_certificate_says_so()
    {
        using DtlsPair pair = Connect(client: static config => config with { PostHandshakeAuthentication = true });
        int id = Request(pair);
        pair.Settle();
        DtlsClientAuthenticationResult? result = pair.Server.Connection.TakeClientAuthentication();
        Assert.Equal(id, result!.RequestId);
        Assert.False(result.IsAuthenticated);
        Assert.Null(pair.Server.Connection.TakeClientAuthentication());
        Assert.DoesNotContain(DtlsEventKind.ClientCertificateReceived, pair.Server.Log.Events);
        Assert.Empty(pair.Server.Connection.PeerCertificates);
        AssertAlive(pair);
    }

    [Fact]
    public void A_bare_key_is_shown_where_that_was_agreed_on()
    {
        using DtlsPair pair = Connect(
            client: static config => config with { PostHandshakeAuthentication = true, Credentials = [TestKeys.BareKey(config.Crypto)] },
            server: static config => config with { PeerCertificateTypes = [DtlsCertificateType.RawPublicKey] });
        Assert.Equal(DtlsCertificateType.RawPublicKey, pair.Server.Connection.PendingClientCertificateType);
        Request(pair);
        pair.Settle();
        Assert.Equal(TestKeys.PublicKey(TestCertificateKind.EcdsaP256), Assert.Single(pair.Server.Connection.PeerCertificates).ToArray());
    }

    /// <summary>A client that can show no kind we take is left alone, and cannot be asked.</summary>
    [Fact]
    public void Without_a_kind_in_common_nobody_is_asked()
    {
        using DtlsPair pair = Connect(server: static config => config with { PeerCertificateTypes = [DtlsCertificateType.RawPublicKey] });
        Assert.False(pair.Server.Connection.RequestClientCertificate(pair.Network.Clock.Now, out _));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Both_sides_have_to_want_it(bool client, bool server)
    {
        using DtlsPair pair = DtlsPair.Create(
            client: config => WithCredential(config) with { PostHandshakeAuthentication = client },
            server: config => config with { PostHandshakeAuthentication = server });
        pair.DriveToConnected();
        Assert.False(pair.Server.Connection.CanRequestClientCertificate);
        Assert.False(pair.Server.Connection.RequestClientCertificate(pair.Network.Clock.Now, out _));
    }

    /// <summary>RFC 8446 §4.6.2: unexpected_message for a request that was not offered.</summary>
    [Fact]
    public void A_request_that_was_not_offered_ends_the_connection()
    {
        using var pair = new ConnectedPair(client: static config => WithCredential(config) with { PostHandshakeAuthentication = false });
        byte[] request = [1, 7, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3];
        pair.ToClient(pair.FromServer.Seal(50, RecordForge.Handshake, PlaintextRecords.Fragment(13, request.Length, 5, 0, request.Length, request)));
        Assert.Equal(new DtlsFailure(DtlsFailureReason.UnexpectedMessage, AlertDescription.UnexpectedMessage, false, DtlsState.Connected), pair.Client.Failure);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(15)]
    [InlineData(20)]
    public void An_answer_without_a_request_ends_the_connection(byte type)
    {
        using var pair = new ConnectedPair(client: static config => WithCredential(config), server: static config => config with { PostHandshakeAuthentication = true });
        pair.ToServer(pair.FromClient.Seal(50, RecordForge.Handshake, PlaintextRecords.Fragment(type, 4, 2, 0, 4, [0, 0, 0, 0])));
        Assert.Equal(DtlsFailureReason.UnexpectedMessage, pair.Server.Failure!.Reason);
    }

    /// <summary>RFC 8446 §4.6.2: the messages of an answer come without others between them.</summary>
    [Fact]
    public void A_message_between_those_of_an_answer_ends_the_connection()
    {
        using ConnectedPair pair = Asked(out byte[] context);
        byte[] certificate = [(byte)context.Length, .. context, 0, 0, 0];
        pair.ToServer(pair.FromClient.Seal(50, RecordForge.Handshake, PlaintextRecords.Fragment(11, certificate.Length, 2, 0, certificate.Length, certificate)));
        Assert.Null(pair.Server.Failure);
        pair.ToServer(pair.FromClient.Seal(51, RecordForge.Handshake, PlaintextRecords.Fragment(24, 1, 3, 0, 1, [0])));
        Assert.Equal(DtlsFailureReason.UnexpectedMessage, pair.Server.Failure!.Reason);
    }

    [Fact]
    public void A_wrong_finished_ends_the_connection()
    {
        using ConnectedPair pair = Asked(out byte[] context);
        byte[] certificate = [(byte)context.Length, .. context, 0, 0, 0];
        pair.ToServer(pair.FromClient.Seal(50, RecordForge.Handshake, PlaintextRecords.Fragment(11, certificate.Length, 2, 0, certificate.Length, certificate)));
        pair.ToServer(pair.FromClient.Seal(51, RecordForge.Handshake, PlaintextRecords.Fragment(20, 32, 3, 0, 32, new byte[32])));
        Assert.Equal(DtlsFailureReason.InvalidFinished, pair.Server.Failure!.Reason);
        Assert.Null(pair.Server.Connection.TakeClientAuthentication());
    }

    [Fact]
    public void Several_requests_are_answered_one_by_one_and_there_is_a_limit()
    {
        using DtlsPair pair = Connect();
        List<int> ids = [];
        for (int i = 0; i < CertificateRequests.MaxOutstanding; i++)
        {
            Assert.True(pair.Server.Connection.RequestClientCertificate(pair.Network.Clock.Now, out int id));
            ids.Add(id);
        }

        Assert.False(pair.Server.Connection.RequestClientCertificate(pair.Network.Clock.Now, out _));
        pair.Server.Drain();
        pair.Settle();
        List<int> answered = [];
        while (pair.Server.Connection.TakeClientAuthentication() is { } result)
        {
            Assert.True(result.IsAuthenticated);
            answered.Add(result.RequestId);
        }

        Assert.Equal(ids, answered.Order());
        Assert.Equal(ids.Count, pair.Server.Log.Count(DtlsEventKind.ClientCertificateReceived));
        AssertAuthenticated(pair, Request(pair));
    }

    /// <summary>As with key updates: a server that asks and asks and sends nothing else is no good server.</summary>
    [Fact]
    public void A_client_does_not_answer_for_ever()
    {
        using DtlsPair pair = Connect(client: static config => WithCredential(config) with { MaxKeyUpdates = 2 });
        for (int i = 0; i < 3; i++)
        {
            Request(pair);
            pair.Settle();
        }

        Assert.Equal(DtlsFailureReason.TooManyCertificateRequests, pair.Client.Log.Failure!.Reason);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Keys_change_while_the_client_signs(bool byServer, bool requestPeerUpdate)
    {
        using DtlsPair pair = Connect();
        pair.Client.SignatureDelay = TimeSpan.FromSeconds(5);
        int id = Request(pair);
        pair.Settle(TimeSpan.FromSeconds(1));
        DtlsNode node = byServer ? pair.Server : pair.Client;
        Assert.True(node.RequestKeyUpdate(node.Connection, requestPeerUpdate));
        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.Contains(DtlsEventKind.WriteKeyUpdated, node.Log.Events);
        AssertAlive(pair);
        pair.Settle();
        AssertAuthenticated(pair, id);
        AssertAlive(pair);
    }

    [Fact]
    public void Keys_change_and_connection_ids_go_out_right_behind_a_request()
    {
        using DtlsPair pair = Connect();
        Assert.True(pair.Server.Connection.RequestClientCertificate(pair.Network.Clock.Now, out int id));
        Assert.True(pair.Server.Connection.RequestKeyUpdate(pair.Network.Clock.Now, requestPeerUpdate: true));
        Assert.True(pair.Client.RequestKeyUpdate(pair.Client.Connection, requestPeerUpdate: true));
        pair.Server.Drain();
        pair.Settle(TimeSpan.FromMinutes(1));
        AssertAuthenticated(pair, id);
        AssertAlive(pair);
    }

    [Fact]
    public void Lost_and_reordered_datagrams_do_not_matter()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var network = new NetemOptions { Loss = 25, Reordering = 30, Duplication = 20, Delay = TimeSpan.FromMilliseconds(20), Jitter = TimeSpan.FromMilliseconds(20) };
            DtlsConfig client = DtlsPair.Config(TestProviders.Default, 1);
            DtlsConfig server = DtlsPair.Config(TestProviders.Default, 2);
            using var pair = new DtlsPair(new DtlsPairOptions
            {
                Client = WithCredential(client) with { MaxDatagramSize = 400, MaxRetransmissions = 20 },
                Server = server with { PostHandshakeAuthentication = true, MaxRetransmissions = 20, Credentials = [TestCertificates.EcdsaP256.ToCredential(server.Crypto)] },
                Seed = seed,
                ToServer = network,
                ToClient = network,
            });
            pair.DriveToConnected();
            int first = Request(pair);
            int second = Request(pair);
            Assert.True(pair.Client.RequestKeyUpdate(pair.Client.Connection, requestPeerUpdate: true));
            pair.Settle(TimeSpan.FromMinutes(10));
            Assert.Equal(first, pair.Server.Connection.TakeClientAuthentication()?.RequestId);
            AssertAuthenticated(pair, second);
        }
    }

    [Fact]
    public void A_refused_certificate_ends_the_connection()
    {
        using DtlsPair pair = Connect();
        pair.Server.Verify = static _ => AlertDescription.CertificateRevoked;
        Request(pair);
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(new DtlsFailure(DtlsFailureReason.CertificateRejected, AlertDescription.CertificateRevoked, false, DtlsState.Connected), pair.Server.Log.Failure);
        Assert.Equal(AlertDescription.CertificateRevoked, pair.Client.Log.Failure!.Alert);
        Assert.Empty(pair.Server.Connection.PeerCertificates);
        Assert.Null(pair.Server.Connection.TakeClientAuthentication());
    }

    /// <summary>Whoever looks at PeerCertificates meanwhile sees nobody who was not judged yet.</summary>
    [Fact]
    public void A_certificate_counts_when_it_was_accepted_and_not_before()
    {
        using DtlsPair pair = Connect();
        pair.Server.VerificationDelay = TimeSpan.FromSeconds(5);
        int id = Request(pair);
        pair.Settle(TimeSpan.FromSeconds(2));
        Assert.Empty(pair.Server.Connection.PeerCertificates);
        Assert.Equal(TestCertificates.Ed25519.Leaf.ToArray(), pair.Server.Connection.PendingClientCertificates![0].ToArray());
        Assert.DoesNotContain(DtlsEventKind.ClientAuthenticated, pair.Server.Log.Events);
        AssertAlive(pair);
        pair.Settle();
        AssertAuthenticated(pair, id);
        Assert.Null(pair.Server.Connection.PendingClientCertificates);
    }

    [Fact]
    public void A_signature_that_could_not_be_made_proves_nothing_and_ends_nothing()
    {
        using DtlsPair pair = Connect();
        pair.Client.SignatureDelay = TimeSpan.FromHours(1);
        Request(pair);
        pair.Settle(TimeSpan.FromSeconds(1));
        pair.Client.Connection.CompleteSignature(default, pair.Network.Clock.Now);
        pair.Client.Drain();
        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.False(pair.Server.Connection.TakeClientAuthentication()!.IsAuthenticated);
        Assert.Empty(pair.Server.Connection.PeerCertificates);
        AssertAlive(pair);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void A_wrong_signature_ends_the_connection(int length)
    {
        using DtlsPair pair = Connect();
        pair.Client.SignatureDelay = TimeSpan.FromHours(1);
        Request(pair);
        pair.Settle(TimeSpan.FromSeconds(1));
        pair.Client.Connection.CompleteSignature(new byte[length], pair.Network.Clock.Now);
        pair.Client.Drain();
        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.Equal(DtlsFailureReason.InvalidSignature, pair.Server.Log.Failure!.Reason);
    }

    /// <summary>A request that the client has not, and an answer that the server has not, are no small matter.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_never_arrives_ends_the_connection(bool request)
    {
        using DtlsPair pair = Connect();
        AssertAlive(pair); // the peer has shown that it is there: other flights might be taken for delivered
        pair.Network.OnSend = datagram => datagram.Destination != (request ? DtlsPair.ClientAddress : DtlsPair.ServerAddress);
        Request(pair);
        pair.Settle(TimeSpan.FromHours(1));
        Assert.Equal(DtlsFailureReason.RetransmissionLimit, (request ? pair.Server : pair.Client).Log.Failure!.Reason);
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void A_connection_is_not_saved_in_the_middle_of_it_and_goes_on_afterwards(DtlsRole role)
    {
        using var rig = new SavingRig(client: static config => WithCredential(config), server: static config => config with { PostHandshakeAuthentication = true });
        rig.Connect();
        rig.Pair.Client.SignatureDelay = TimeSpan.FromSeconds(5);
        Request(rig.Pair);
        rig.Pair.Settle(TimeSpan.FromSeconds(2));
        Assert.Equal(DtlsSaveResult.Busy, rig.Node(role).Connection.TrySave(rig.Protector, rig.Time, out _));
        rig.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.True(rig.Pair.Server.Connection.TakeClientAuthentication()!.IsAuthenticated);

        rig.SaveAndRestore(role);
        int id = Request(rig.Pair);
        rig.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(id, rig.Pair.Server.Connection.TakeClientAuthentication()!.RequestId);
        rig.AssertAlive();
    }

    private static DtlsConfig WithCredential(DtlsConfig config) => config with
    {
        PostHandshakeAuthentication = true,
        Credentials = [TestCertificates.Ed25519.ToCredential(config.Crypto)],
    };

    private static DtlsPair Connect(Func<DtlsConfig, DtlsConfig>? client = null, Func<DtlsConfig, DtlsConfig>? server = null)
    {
        DtlsPair pair = DtlsPair.Create(
            client: client ?? WithCredential,
            server: config => (server?.Invoke(config) ?? config) with { PostHandshakeAuthentication = true });
        pair.DriveToConnected();
        pair.Settle();
        return pair;
    }

    private static int Request(DtlsPair pair)
    {
        Assert.True(pair.Server.Connection.RequestClientCertificate(pair.Network.Clock.Now, out int id));
        pair.Server.Drain();
        return id;
    }

    /// <summary>A server that waits for an answer, and the context it asked with.</summary>
    private static ConnectedPair Asked(out byte[] context)
    {
        var random = new ObservedRandom(TestProviders.Default);
        var pair = new ConnectedPair(
            client: static config => WithCredential(config),
            server: config => config with { PostHandshakeAuthentication = true, Crypto = random });
        pair.Pair.Network.OnSend = static _ => false;
        Request(pair.Pair);
        context = random.Last;
        Assert.Equal(16, context.Length);
        return pair;
    }

    private static void AssertAuthenticated(DtlsPair pair, int id)
    {
        pair.Settle();
        DtlsClientAuthenticationResult? result = pair.Server.Connection.TakeClientAuthentication();
        Assert.NotNull(result);
        Assert.Equal(id, result.RequestId);
        Assert.True(result.IsAuthenticated);
        Assert.Equal(TestCertificates.Ed25519.Chain.Select(static der => der.ToArray()), result.Certificates.Select(static der => der.ToArray()));
        Assert.Same(result.Certificates, pair.Server.Connection.PeerCertificates);
    }

    private static void AssertAlive(DtlsPair pair)
    {
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1, 2]));
        Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(pair.Server.Connection, [3, 4]));
        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.Equal([1, 2], pair.Server.Log.Received[^1]);
        Assert.Equal([3, 4], pair.Client.Log.Received[^1]);
    }

    private sealed class ObservedRandom(CryptoProvider inner) : DelegatingCryptoProvider(inner)
    {
        public byte[] Last { get; private set; } = [];

        public override void FillRandom(Span<byte> destination)
        {
            base.FillRandom(destination);
            Last = destination.ToArray();
        }
    }
}
