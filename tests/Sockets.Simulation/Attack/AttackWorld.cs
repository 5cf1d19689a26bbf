using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation.Attack;

/// <summary>
/// One endpoint, its honest clients and the attacker under one clock. Checks after every step what the attacker must not be able
/// to bring about.
/// </summary>
internal sealed class AttackWorld : IDisposable
{
    private const int Clients = 3;
    private const int MessagesEach = 6;
    private const int MaxSteps = 60_000;

    private static readonly TimeSpan Attacks = TimeSpan.FromSeconds(12);

    private readonly SeededRandom _random;
    private readonly List<HonestClient> _clients = [];
    private readonly HashSet<DtlsAddress> _behindNat = [];
    private readonly Dictionary<ConnectionLog, int> _read = [];
    private readonly HashSet<DtlsAddress> _proven = [];
    private readonly Amplification _amplification = new();
    private readonly Attacker _attacker;
    private readonly int? _connectionIdLength;
    private readonly DtlsPathValidation _validation;

    public AttackWorld(ulong seed)
    {
        _random = new SeededRandom(seed);
        Ledger = new MessageLedger(seed);
        Network = new DtlsNetwork(seed);
        RequiresCookie = _random.Chance(75);
        _connectionIdLength = _random.Pick<int?>([null, 0, 4, 8]);
        _validation = _random.Pick([DtlsPathValidation.Enhanced, DtlsPathValidation.Basic, DtlsPathValidation.None]);
        DtlsConfig server = Config(_random.NextUInt64());
        Endpoint = new DtlsEndpoint(new DtlsEndpointConfig
        {
            Server = server with { Credentials = [TestCertificates.EcdsaP256.ToCredential(server.Crypto)] },
            RequireCookie = RequiresCookie,
        });
        Server = Network.AddNode(EndpointRig.ServerAddress, Link(_random), Endpoint);
        for (int i = 0; i < Clients; i++)
            _clients.Add(new HonestClient(this, i, _random.Fork((ulong)i)));
        _attacker = new Attacker(this, _random.Fork(99));
        Network.OnSend = OnSend;
        Network.OnDeliver = OnDeliver;
    }

    public DtlsNetwork Network { get; }

    public DtlsEndpoint Endpoint { get; }

    public DtlsNode Server { get; }

    public MessageLedger Ledger { get; }

    public bool RequiresCookie { get; }

    public IReadOnlyList<HonestClient> Honest => _clients;

    public int AttackCount => _attacker.Count;

    public static NetemOptions Link(SeededRandom random) => new()
    {
        Loss = random.Chance(30) ? 0 : random.Between(0, 20),
        Duplication = random.Between(0, 15),
        Reordering = random.Between(0, 20),
        Delay = TimeSpan.FromMilliseconds(random.Between(1, 60)),
        Jitter = TimeSpan.FromMilliseconds(random.Between(0, 20)),
    };

    public DtlsConfig ClientConfig(ulong seed)
    {
        DtlsConfig config = Config(seed) with { ServerName = TestCertificates.HostName };
        return HasLargeHello(seed) ? ClientHellos.Enlarge(config) : config;
    }

    /// <summary>Whether a client's ClientHello comes in several datagrams.</summary>
    public static bool HasLargeHello(ulong clientSeed) => clientSeed % 8 == 0;

    /// <summary>Whether everybody is closing; nothing is attacked any more.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>The server's end of a client's connection, told by what both derive from its keys.</summary>
    public ConnectionLog? PeerOf(ConnectionLog client)
    {
        Span<byte> ours = stackalloc byte[16];
        Span<byte> theirs = stackalloc byte[16];
        client.Connection.ExportKeyingMaterial("attack"u8, default, ours);
        foreach (ConnectionLog log in Server.Logs)
        {
            if (!log.IsConnected || log.IsClosed)
                continue;
            log.Connection.ExportKeyingMaterial("attack"u8, default, theirs);
            if (ours.SequenceEqual(theirs))
                return log;
        }

        return null;
    }

    /// <summary>Whose address this is; null when it is nobody's.</summary>
    public HonestClient? OwnerOf(DtlsAddress address) => _clients.Find(client => client.Addresses.Contains(address));

    public bool IsBehindNat(HonestClient client) => _behindNat.Contains(EndpointRig.ClientAddress(client.Number));

    public void Rebind(HonestClient client, DtlsAddress outside)
    {
        _behindNat.Add(EndpointRig.ClientAddress(client.Number));
        Network.Rebind(EndpointRig.ClientAddress(client.Number), outside);
    }

    /// <summary>The attacker sends something to the server, whoever it says it is from.</summary>
    public void ToServer(DtlsAddress source, byte[] datagram)
    {
        NoteArrival(source, datagram);
        if (OwnerOf(source) is { } owner)
            NoteInterference(owner, datagram);
        Server.Receive(source, datagram);
        Check();
    }

    /// <summary>The attacker sends something to a client in the server's name.</summary>
    public void ToClient(HonestClient client, byte[] datagram)
    {
        NoteInterference(client, datagram);
        client.Node.Receive(EndpointRig.ServerAddress, datagram);
        Check();
    }

    /// <summary>Runs it all.</summary>
    public ulong Run()
    {
        foreach (HonestClient client in _clients)
        {
            Network.After(_random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), () =>
            {
                client.Connect();
                Live(client);
            });
        }

        MonotonicTime end = Network.Clock.Now + Attacks;
        for (int steps = 0; !IsDone(end); steps++)
        {
            if (steps > MaxSteps || !Network.Step())
                throw new SimulationFailure($"the clients did not get {MessagesEach} messages back: {string.Join(", ", _clients.Select(static client => client.Returned))}");
            if (Network.Clock.Now < end)
                _attacker.Act();
            Check();
        }

        End();
        return Network.TraceHash;
    }

    public void Dispose()
    {
        foreach (ConnectionLog log in Network.Nodes.SelectMany(static node => node.Logs))
            log.Connection.Dispose();
        Endpoint.Dispose();
    }

    private bool IsDone(MonotonicTime end) =>
        Network.Clock.Now >= end && _clients.TrueForAll(static client => client.Node is not null && client.IsEstablished && client.Returned >= MessagesEach);

    /// <summary>What a client does all its life: it writes, and now and then something happens to it.</summary>
    private void Live(HonestClient client) => Network.After(_random.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(700)), () =>
    {
        if (IsEnding)
            return;
        switch (_random.Next(40))
        {
            case 0:
                client.Connect(); // after a crash: the connection before is gone without a word
                break;
            case 1 or 2:
                client.Move();
                break;
            case 3 or 4:
                client.Rebind();
                break;
            case 5:
                client.RequestKeyUpdate();
                break;
            default:
                client.Write();
                break;
        }

        Live(client);
    });

    private bool OnSend(NetemDatagram datagram)
    {
        if (datagram.Source.Port == EndpointRig.ServerAddress.Port)
        {
            DtlsAddress destination = datagram.Destination;
            if (_proven.Contains(destination) || Server.Logs.Exists(log => log.Connection.Path.Remote == destination && (RequiresCookie || log.IsConnected)))
                return Record(datagram);
            _amplification.Sent(destination, datagram.Payload.Length);
        }

        return Record(datagram);

        bool Record(NetemDatagram sent)
        {
            _attacker.Observe(sent);
            return true;
        }
    }

    private bool OnDeliver(NetemDatagram datagram)
    {
        if (datagram.Destination != EndpointRig.ServerAddress)
            return true;
        NoteArrival(datagram.Source, datagram.Payload);
        return true;
    }

    private void NoteArrival(DtlsAddress source, byte[] datagram)
    {
        _amplification.Received(source, datagram.Length);

        // It may be a true record of a client's in its own handshake, which proves that it is there.
        if (datagram.Length > 0 && !PlaintextRecords.IsPlaintext(datagram[0]) && OwnerOf(source) is not null && Server.Logs.Exists(log => log.Connection.Path.Remote == source))
            _proven.Add(source);
    }

    /// <summary>
    /// What is not protected can be forged, and a handshake begins like that: nobody can promise that it survives (RFC 9147 §11).
    /// Once both sides are done, it can do nothing any more.
    /// </summary>
    private static void NoteInterference(HonestClient client, byte[] datagram)
    {
        if (datagram.Length > 0 && datagram[0] is RecordForge.Alert or RecordForge.Handshake)
            client.NoteInterference();
    }

    private void Check()
    {
        foreach (ConnectionLog log in Server.Logs.ToArray())
        {
            int next = _read.GetValueOrDefault(log);
            for (; next < log.Received.Count; next++)
            {
                _read[log] = next + 1;
                Ledger.OnArrived(log.Received[next]);
                if (!log.IsClosed)
                    Server.Write(log.Connection, log.Received[next]);
            }

            bool isHonest = OwnerOf(log.Connection.Path.Remote) is not null;
            if (!isHonest && (RequiresCookie || log.IsConnected))
                throw new SimulationFailure($"the server holds a connection for {log.Connection.Path.Remote}, which never answered");
            if (log is { IsConnected: true, Failure: { } failure })
                throw new SimulationFailure($"the server's connection with {log.Connection.Path.Remote} failed: {failure}");
        }

        if (Endpoint.ConnectionCount > Server.Logs.Count(static log => !log.IsClosed))
            throw new SimulationFailure($"the endpoint counts {Endpoint.ConnectionCount} connections, of which nobody was told");
        foreach (HonestClient client in _clients)
        {
            if (client.Node is not null && !IsEnding)
                client.Step();
        }
    }

    /// <summary>Everybody closes; nothing may stay behind.</summary>
    private void End()
    {
        IsEnding = true;
        foreach (HonestClient client in _clients)
            client.Node.Close(client.Log.Connection);
        Network.RunFor(TimeSpan.FromSeconds(30));
        foreach (ConnectionLog log in Server.Logs.ToArray())
        {
            if (log is { IsConnected: true, IsClosed: false })
                Server.Close(log.Connection);
        }

        Network.RunFor(TimeSpan.FromMinutes(11));
        if (Endpoint.ConnectionCount != 0 || Endpoint.HandshakeCount != 0)
            throw new SimulationFailure($"{Endpoint.ConnectionCount} connections and {Endpoint.HandshakeCount} handshakes are left: {string.Join("; ", Server.Logs.Where(static log => !log.IsClosed).Select(static log => $"{log.Connection.Path.Remote} [{string.Join(' ', log.Events)}]"))}");
    }

    private DtlsConfig Config(ulong seed) => DtlsPair.Config(TestProviders.Default, seed) with
    {
        MaxRetransmissions = 255,
        MaxRetransmitTimeout = TimeSpan.FromSeconds(10),
        HandshakeTimeout = TimeSpan.FromMinutes(10),
        ConnectionIdLength = _connectionIdLength,
        PathValidation = _validation,
    };
}
