using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>Everything one simulated conversation is made of. All of it is drawn from the seed.</summary>
internal sealed record Scenario
{
    private static readonly CipherSuite[] Suites =
        [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256];

    private static readonly TimeSpan Swift = TimeSpan.FromMilliseconds(100);

    private static readonly NamedGroup[] AllGroups = [NamedGroup.X25519, NamedGroup.Secp256r1, NamedGroup.Secp384r1];

    private static readonly TestCertificateKind[] CheapKinds = [TestCertificateKind.EcdsaP256, TestCertificateKind.Ed25519];

    private static readonly TestCertificateKind[] CostlyKinds = [TestCertificateKind.EcdsaP384, TestCertificateKind.Rsa2048];

    public required ulong Seed { get; init; }

    public required CryptoProvider ClientProvider { get; init; }

    public required CryptoProvider ServerProvider { get; init; }

    public required IReadOnlyList<CipherSuite> ClientSuites { get; init; }

    public required CipherSuite ServerSuite { get; init; }

    public required IReadOnlyList<NamedGroup> ClientGroups { get; init; }

    public required NamedGroup ServerGroup { get; init; }

    public required int KeyShareCount { get; init; }

    public required TestCertificate ServerCertificate { get; init; }

    public required DtlsClientAuthentication ClientAuthentication { get; init; }

    public required TestCertificate? ClientCertificate { get; init; }

    public required bool ServerBehindEndpoint { get; init; }

    public required bool RequireCookie { get; init; }

    public required bool ClientBehindEndpoint { get; init; }

    public required NetemOptions ToServer { get; init; }

    public required NetemOptions ToClient { get; init; }

    public required int ClientDatagramSize { get; init; }

    public required int ServerDatagramSize { get; init; }

    public required RecordHeaderForm HeaderForm { get; init; }

    public required TimeSpan SignatureDelay { get; init; }

    public required TimeSpan VerificationDelay { get; init; }

    public required int MessagesEachWay { get; init; }

    public required int ClientKeyUpdates { get; init; }

    public required int ServerKeyUpdates { get; init; }

    public required bool RequestPeerUpdate { get; init; }

    public required bool ClientCloses { get; init; }

    public required bool NamesProtocols { get; init; }

    /// <summary>A ClientHello of more than two kilobytes.</summary>
    public required bool LargeClientHello { get; init; }

    public required int? ClientConnectionIdLength { get; init; }

    public required int? ClientRecordSizeLimit { get; init; }

    public required int? ServerRecordSizeLimit { get; init; }

    public required DtlsPadding Padding { get; init; }

    public required bool SendsGrease { get; init; }

    public required int? ServerConnectionIdLength { get; init; }

    /// <summary>Times that each side asks for connection IDs and issues some, while messages and key updates are on their way.</summary>
    public required int ConnectionIdTurns { get; init; }

    public static Scenario FromSeed(ulong seed)
    {
        var random = new SeededRandom(seed);
        int mtu = random.Between(256, 1500);
        NetemOptions toServer = Link(random, mtu);
        NetemOptions toClient = Link(random, mtu);
        CipherSuite suite = random.Pick(Suites);
        NamedGroup group = random.Pick(AllGroups);
        bool oneGroup = random.Chance(30);
        List<NamedGroup> groups = oneGroup ? [group] : Shuffle(random, AllGroups);
        bool oneSuite = random.Chance(50);
        List<CipherSuite> suites = oneSuite ? [suite] : Shuffle(random, Suites);
        TestCertificateKind serverKind = Kind(random);
        TestCertificateKind clientKind = Kind(random);
        int padding = random.Chance(25) ? 1000 * random.Between(1, 8) : 0;
        var authentication = (DtlsClientAuthentication)random.Next(3);
        bool clientHasCertificate = random.Chance(70) || authentication == DtlsClientAuthentication.Required;

        // An endpoint's datagrams may be larger than the link carries: then repeated loss has to lower their size.
        int clientSize = random.Chance(60) ? mtu : random.Between(mtu, 1500);
        int serverSize = random.Chance(60) ? mtu : random.Between(mtu, 1500);
        bool behindEndpoint = random.Chance(60);
        return new Scenario
        {
            Seed = seed,
            ClientProvider = Provider(random, suite, groups, serverKind, clientKind),
            ServerProvider = Provider(random, suite, groups, serverKind, clientKind),
            ClientSuites = suites,
            ServerSuite = suite,
            ClientGroups = groups,
            ServerGroup = group,
            KeyShareCount = random.Pick([1, 1, 1, 2, 3, 0]),
            ServerCertificate = TestCertificates.Get(serverKind, padding),
            ClientAuthentication = authentication,
            ClientCertificate = clientHasCertificate ? TestCertificates.Get(clientKind, random.Chance(15) ? 3000 : 0) : null,
            ServerBehindEndpoint = behindEndpoint,
            RequireCookie = behindEndpoint && random.Chance(65),
            ClientBehindEndpoint = random.Chance(30),
            ToServer = toServer,
            ToClient = toClient,
            ClientDatagramSize = clientSize,
            ServerDatagramSize = serverSize,
            HeaderForm = random.Chance(80) ? RecordHeaderForm.Full : RecordHeaderForm.WithoutLength,
            SignatureDelay = random.Chance(25) ? random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)) : TimeSpan.Zero,
            VerificationDelay = random.Chance(25) ? random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)) : TimeSpan.Zero,
            MessagesEachWay = random.Next(24),
            ClientKeyUpdates = random.Chance(50) ? random.Between(1, 4) : 0,
            ServerKeyUpdates = random.Chance(50) ? random.Between(1, 4) : 0,
            RequestPeerUpdate = random.Chance(40),
            ClientCloses = random.Chance(50),
            NamesProtocols = random.Chance(30),
            LargeClientHello = random.Chance(10),
            ClientConnectionIdLength = ConnectionIdLength(random),
            ServerConnectionIdLength = ConnectionIdLength(random),
            ConnectionIdTurns = random.Next(4),
            ClientRecordSizeLimit = RecordSizeLimit(random),
            ServerRecordSizeLimit = RecordSizeLimit(random),

            // Application data that is padded to more than the link carries never arrives.
            Padding = clientSize == mtu && serverSize == mtu ? random.Pick([DtlsPadding.None, DtlsPadding.ToMultipleOf(64), DtlsPadding.ToMaximum]) : DtlsPadding.None,
            SendsGrease = random.Chance(25),
        };
    }

    /// <summary>Whether the client's first ClientHello has a share for the server's only group.</summary>
    public bool NeedsOtherGroup => !ClientGroups.Take(KeyShareCount).Contains(ServerGroup);

    /// <summary>
    /// Nothing is lost and nothing is later than the keys of two epochs before the current one, and the connection IDs before the
    /// current ones, are kept: everything written must arrive.
    /// </summary>
    public bool IsLossless =>
        ToServer.Loss == 0 && ToClient.Loss == 0
        && (ToServer.ReorderDelay <= Swift && ToClient.ReorderDelay <= Swift || (ClientKeyUpdates + ServerKeyUpdates <= 1 && !MayRetireConnectionIds));

    /// <summary>In one turn a side issues six at most, and keeps eight.</summary>
    private bool MayRetireConnectionIds =>
        ConnectionIdTurns > 1 && (ClientConnectionIdLength, ServerConnectionIdLength) is ((> 0, not null) or (not null, > 0));

    public DtlsPairOptions ToOptions()
    {
        DtlsConfig client = Config(ClientProvider, 1, ClientDatagramSize) with
        {
            CipherSuites = ClientSuites,
            Groups = ClientGroups,
            KeyShareCount = KeyShareCount,
            ServerName = TestCertificates.HostName,
            ConnectionIdLength = ClientConnectionIdLength,
            RecordSizeLimit = ClientRecordSizeLimit,
            SendGrease = SendsGrease,
        };
        DtlsConfig server = Config(ServerProvider, 2, ServerDatagramSize) with
        {
            CipherSuites = [ServerSuite],
            Groups = [ServerGroup],
            ClientAuthentication = ClientAuthentication,
            ConnectionIdLength = ServerConnectionIdLength,
            RecordSizeLimit = ServerRecordSizeLimit,
        };
        server = server with { Credentials = [ServerCertificate.ToCredential(server.Crypto)] };
        if (LargeClientHello)
            client = client with { ApplicationProtocols = [.. ClientHellos.Enlarge(client).ApplicationProtocols, .. client.ApplicationProtocols] };
        if (ClientCertificate is not null)
            client = client with { Credentials = [ClientCertificate.ToCredential(client.Crypto)] };
        return new DtlsPairOptions
        {
            Client = client,
            Server = server,
            ServerEndpoint = ServerBehindEndpoint ? new DtlsEndpointConfig { RequireCookie = RequireCookie, CookieLifetime = TimeSpan.FromMinutes(30) } : null,
            ClientEndpoint = ClientBehindEndpoint,
            Seed = Seed,
            ToServer = ToServer,
            ToClient = ToClient,
        };
    }

    private static NetemOptions Link(SeededRandom random, int mtu)
    {
        var delay = TimeSpan.FromMilliseconds(random.Pick([0, 1, 5, 20, 80, 200]));
        return new NetemOptions
        {
            Loss = random.Chance(20) ? 0 : random.Between(0, 30),
            Duplication = random.Chance(40) ? 0 : random.Between(0, 20),
            Reordering = random.Chance(40) ? 0 : random.Between(0, 30),
            Delay = delay,
            Jitter = random.Chance(50) ? TimeSpan.Zero : random.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(50)),
            ReorderDelay = TimeSpan.FromMilliseconds(random.Pick([1, 10, 100, 1500])),
            Mtu = mtu,
        };
    }

    private static int? ConnectionIdLength(SeededRandom random) => random.Chance(50) ? null : random.Next(21);

    private static int? RecordSizeLimit(SeededRandom random) => random.Pick(new int?[] { null, 16_385, random.Between(200, 1500) });

    private static TestCertificateKind Kind(SeededRandom random) => random.Pick(random.Chance(85) ? CheapKinds : CostlyKinds);

    private static List<T> Shuffle<T>(SeededRandom random, IReadOnlyList<T> items)
    {
        List<T> result = [.. items];
        for (int i = result.Count - 1; i > 0; i--)
        {
            int j = random.Next(i + 1);
            (result[i], result[j]) = (result[j], result[i]);
        }

        return result;
    }

    /// <summary>Any provider that can run what was drawn; the default one can run everything.</summary>
    private static CryptoProvider Provider(
        SeededRandom random, CipherSuite suite, List<NamedGroup> groups, TestCertificateKind serverKind, TestCertificateKind clientKind)
    {
        CryptoProvider drawn = random.Pick(TestProviders.All);
        bool needsEd25519 = serverKind == TestCertificateKind.Ed25519 || clientKind == TestCertificateKind.Ed25519;
        bool fits = drawn.CipherSuites.Contains(suite)
            && groups.TrueForAll(drawn.Groups.Contains)
            && (!needsEd25519 || drawn.SignatureSchemes.Contains(SignatureScheme.Ed25519));
        return fits ? drawn : TestProviders.Default;
    }

    private DtlsConfig Config(CryptoProvider provider, ulong side, int datagramSize) => new()
    {
        Crypto = new SeededCryptoProvider(provider, (Seed * 4) + side),
        MaxDatagramSize = datagramSize,
        MinDatagramSize = 256,
        HeaderForm = HeaderForm,
        Padding = Padding,
        MaxRetransmissions = 255,

        // The peer keeps the handshake's keys for two minutes: long enough for a dozen attempts, not for five.
        MaxRetransmitTimeout = TimeSpan.FromSeconds(10),
        HandshakeTimeout = TimeSpan.FromHours(2),
        ApplicationProtocols = NamesProtocols ? [new DtlsApplicationProtocol("coap"), new DtlsApplicationProtocol("webrtc")] : [],
    };
}
