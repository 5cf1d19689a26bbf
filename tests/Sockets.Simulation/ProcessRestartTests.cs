using System.Globalization;
using System.Text;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>
/// A server, and now and then a client, whose process is restarted in the middle of everything, on links that lose, repeat and
/// reorder; and somebody who has recorded every datagram and sends them all again. Nobody may notice: no handshake, no message
/// twice, no nonce twice.
/// </summary>
public sealed class ProcessRestartTests
{
    private const int BlockSize = 8;
    private const int DefaultSeeds = 64;
    private const int Clients = 3;

    private static readonly NetemOptions Link = new()
    {
        Loss = 12,
        Duplication = 8,
        Reordering = 15,
        Delay = TimeSpan.FromMilliseconds(15),
        Jitter = TimeSpan.FromMilliseconds(10),
    };

    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)0x5A, DtlsStateProtector.KeyLength)];

    public static TheoryData<ulong, int> Blocks() => SeedSelection.Blocks(DefaultSeeds, BlockSize);

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Nobody_notices(ulong firstSeed, int count)
    {
        var failures = new StringBuilder();
        for (ulong seed = firstSeed; seed < firstSeed + (ulong)count; seed++)
        {
            using var run = new Run(seed);
            if (run.Go() is { } failure)
                failures.Append(CultureInfo.InvariantCulture, $"{failure}\n  SOCKETS_SEED={seed} dotnet test tests/Sockets.Simulation -c Release\n");
        }

        Assert.True(failures.Length == 0, failures.ToString());
    }

    private sealed class Run : IDisposable
    {
        private readonly SeededRandom _random;
        private readonly DtlsNetwork _network;
        private readonly NonceWatch _watch;
        private readonly DtlsConfig _serverConfig;
        private readonly DtlsConfig _clientConfig;
        private readonly DtlsStateProtector _protector;
        private readonly DtlsNode _server;
        private readonly List<DtlsNode> _clients = [];
        private readonly List<NetemDatagram> _recorded = [];
        private int _messages;

        public Run(ulong seed)
        {
            _random = new SeededRandom(seed);
            _network = new DtlsNetwork(seed);
            _watch = new NonceWatch(new SeededCryptoProvider(TestProviders.Default, seed));
            CipherSuite suite = _random.Pick(TestProviders.Default.CipherSuites);
            _clientConfig = new DtlsConfig
            {
                Crypto = _watch,
                CipherSuites = [suite],
                AllowSave = true,
                UtcNow = () => DateTimeOffset.UnixEpoch.AddTicks(_network.Clock.Now.Ticks),
                MaxRetransmissions = 255,
                HandshakeTimeout = TimeSpan.FromMinutes(10),
                ConnectionIdLength = _random.Pick<int?>([null, 0, 4, 12]),
                MaxRecordsPerKey = _random.Chance(50) ? 80 : ulong.MaxValue, // key updates that nobody has asked for
            };
            _serverConfig = _clientConfig with { Credentials = [TestCertificates.EcdsaP256.ToCredential(_watch)] };
            _protector = new DtlsStateProtector(_watch, Key, new DtlsReplayRecord(DateTimeOffset.UnixEpoch));
            _server = _network.AddNode(DtlsPair.ServerAddress, Link, CreateEndpoint());
            _network.OnSend = datagram =>
            {
                _recorded.Add(datagram with { Payload = [.. datagram.Payload] });
                return true;
            };
        }

        public string? Go()
        {
            for (int i = 0; i < Clients; i++)
            {
                DtlsNode client = _network.AddNode(EndpointRig.ClientAddress(i), Link);
                client.Connect(_clientConfig, DtlsPair.ServerAddress);
                _clients.Add(client);
            }

            if (!_network.RunUntil(() => _clients.TrueForAll(client => client.Log.IsConnected && ServerLog(client) is { IsConnected: true })))
                return "the handshakes did not finish";
            for (int step = 0; step < 300; step++)
            {
                Act();
                _network.RunFor(_random.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(60)));
            }

            _network.RunFor(TimeSpan.FromMinutes(10));
            Replay();
            return Judge();
        }

        public void Dispose()
        {
            foreach (DtlsNode node in _network.Nodes)
            {
                foreach (ConnectionLog log in node.Logs)
                    log.Connection.Dispose();
            }

            _server.Endpoint!.Dispose();
            _protector.Dispose();
        }

        private void Act()
        {
            DtlsNode client = _random.Pick(_clients);
            switch (_random.Next(22))
            {
                case 20:
                    client.Connection.RequestConnectionIds(_random.Between(1, 3), _network.Clock.Now);
                    client.Drain();
                    break;
                case 21:
                    ServerLog(client)!.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Immediate, _network.Clock.Now);
                    _server.Drain();
                    break;
                case 0:
                    RestartServer();
                    break;
                case 1:
                    client.SaveAndRestore(_clientConfig, _protector);
                    break;
                case 2:
                    client.RequestKeyUpdate(client.Connection, _random.Chance(50));
                    break;
                case 3:
                    _server.RequestKeyUpdate(ServerLog(client)!.Connection, _random.Chance(50));
                    break;
                case < 12:
                    Write(client, client.Connection);
                    break;
                default:
                    Write(_server, ServerLog(client)!.Connection);
                    break;
            }
        }

        private void Write(DtlsNode node, DtlsConnection connection)
        {
            // Under a key that is used up until the peer acknowledges the next one nothing is written.
            int message = _messages++;
            node.Write(connection, BitConverter.GetBytes(message));
        }

        private void RestartServer()
        {
            _server.Drain();
            IReadOnlyList<DtlsSavedConnection> saved = _server.Endpoint!.SaveAll(_protector, _network.Clock.Now);
            _server.Drain();
            if (saved.Count != Clients)
                throw new SimulationFailure($"{saved.Count} of {Clients} connections were saved");
            _server.Restart(CreateEndpoint());
            if (_random.Chance(50))
                _network.RunFor(_random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2))); // the process takes its time
            foreach (DtlsSavedConnection state in saved)
            {
                DtlsRestoreResult result = _server.Endpoint!.TryRestore(null, _protector, state.State.Span, _network.Clock.Now, out DtlsConnection? connection);
                if (result != DtlsRestoreResult.Restored)
                    throw new SimulationFailure($"a connection was not restored: {result}");
                _server.LogOf(connection!);
                if (_server.Endpoint.TryRestore(null, _protector, state.State.Span, _network.Clock.Now, out _) == DtlsRestoreResult.Restored)
                    throw new SimulationFailure("a connection was restored twice");
            }

            _server.Drain();
        }

        /// <summary>Everything that was ever sent, once more, from where it came.</summary>
        private void Replay()
        {
            _network.OnSend = null;
            foreach (DtlsNode client in _clients)
                client.Inbound.Options = NetemOptions.Perfect;
            _server.Inbound.Options = NetemOptions.Perfect;
            foreach (NetemDatagram datagram in _recorded.ToArray())
            {
                DtlsNode? receiver = datagram.Destination == DtlsPair.ServerAddress ? _server : _clients.Find(client => client.Address == datagram.Destination);
                receiver?.Receive(datagram.Source, datagram.Payload);
            }

            _network.RunFor(TimeSpan.FromSeconds(10));
        }

        private string? Judge()
        {
            if (_watch.Repeated > 0)
                return $"{_watch.Repeated} of {_watch.Sealed} records were sealed under a key and number that had been used";
            foreach (DtlsNode node in _network.Nodes)
            {
                if (node.Logs.Find(log => log.Failure is not null) is { } failed)
                    return $"{node.Address}: {failed.Failure}";
                var seen = new HashSet<int>();
                foreach (byte[] data in node.Logs.SelectMany(log => log.Received))
                {
                    if (!seen.Add(BitConverter.ToInt32(data)))
                        return $"{node.Address} was given a message twice";
                }
            }

            foreach (DtlsNode client in _clients)
            {
                ConnectionLog server = ServerLog(client)!;
                int before = client.Log.Received.Count + server.Received.Count;
                Write(client, client.Connection);
                Write(_server, server.Connection);
                _network.RunFor(TimeSpan.FromSeconds(1));
                if (client.Log.Received.Count + server.Received.Count != before + 2)
                    return $"{client.Address} is cut off";
            }

            return null;
        }

        private DtlsEndpoint CreateEndpoint() => new(new DtlsEndpointConfig { Server = _serverConfig });

        private ConnectionLog? ServerLog(DtlsNode client) => _server.Logs.FindLast(log => log.Connection.Path.Remote == client.Address);
    }
}
