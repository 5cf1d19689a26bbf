using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>
/// Plays a <see cref="MigrationScenario"/> and holds the engine to what must be true whatever happens: nothing comes twice or
/// out of nowhere, an address that was never validated gets three bytes for each of its own at most, and once the network is
/// quiet both ends find each other again without a handshake.
/// </summary>
internal sealed class MigrationRun : IDisposable
{
    private const int MaxRecoveryTurns = 60;

    private static readonly DtlsAddress Attacker = DtlsNetwork.Address(66, 666);

    private readonly MigrationScenario _scenario;
    private readonly SeededRandom _random;
    private readonly DtlsPair _pair;
    private readonly Dictionary<DtlsAddress, (long Received, long Sent)> _accounts = [];
    private readonly HashSet<DtlsAddress> _validated = [DtlsPair.ClientAddress];
    private readonly List<byte[]> _copies = [];
    private readonly HashSet<string> _sent = [];
    private DtlsAddress _inside = DtlsPair.ClientAddress;
    private int _messages;
    private int _nextHost = 100;
    private bool _isQuiet;

    public MigrationRun(MigrationScenario scenario)
    {
        _scenario = scenario;
        _random = new SeededRandom(scenario.Seed);
        DtlsConfig common = DtlsPair.Config(TestProviders.Default, scenario.Seed) with { PathValidation = scenario.Validation };
        _pair = new DtlsPair(new DtlsPairOptions
        {
            Seed = scenario.Seed,
            Client = common with { ConnectionIdLength = scenario.ClientLength },
            Server = common with
            {
                Crypto = new SeededCryptoProvider(TestProviders.Default, ~scenario.Seed),
                ConnectionIdLength = scenario.ServerLength,
                Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256).ToCredential(TestProviders.Default)],
            },
            ServerEndpoint = scenario.WithEndpoint ? new DtlsEndpointConfig() : null,
            ClientEndpoint = scenario.WithEndpoint,
        });
    }

    /// <summary>What the test may look at afterwards.</summary>
    public ulong PathsValidated => _pair.Server.Log.Statistics.PathsValidated + _pair.Client.Log.Statistics.PathsValidated;

    private DtlsConnection Client => _pair.Client.Connection;

    private DtlsConnection Server => _pair.Server.Connection;

    public ulong Run()
    {
        _pair.DriveToConnected();
        _pair.Settle(TimeSpan.FromSeconds(20));
        _pair.Server.Inbound.Options = _scenario.Link;
        _pair.Client.Inbound.Options = _scenario.Link;
        _pair.Network.OnSend = OnSend;
        _pair.Network.OnDeliver = OnDeliver;
        for (int i = 0; i < _scenario.Turns; i++)
        {
            Turn();
            _pair.Settle(_scenario.TurnLength);
            NoteValidated();
        }

        Recover();
        CheckMessages();
        return _pair.Network.TraceHash;
    }

    public string TraceText => _pair.Network.TraceText;

    public void Dispose() => _pair.Dispose();

    private void Turn()
    {
        int messages = _random.Next(4);
        for (int i = 0; i < messages; i++)
            Write(_random.Chance(50));
        switch (_random.Next(16))
        {
            case 0:
                _pair.Network.Rebind(_inside, NextAddress());
                break;
            case 1:
                _inside = NextAddress();
                _pair.Client.Migrate(Client, _inside);
                break;
            case 2 when !_scenario.WithEndpoint || _scenario.ClientLength > 0:
                _pair.Server.Migrate(Server, NextAddress());
                break;
            case 3:
                (_random.Chance(50) ? _pair.Client : _pair.Server).RequestKeyUpdate(_random.Chance(50) ? Client : Server, _random.Chance(50));
                break;
            case 4:
                Client.RequestConnectionIds(2, _pair.Network.Clock.Now);
                _pair.Client.Drain();
                break;
            case 5:
                Server.RequestConnectionIds(2, _pair.Network.Clock.Now);
                _pair.Server.Drain();
                break;
            case 6:
                for (int i = 0; i < Math.Min(_copies.Count, 30); i++)
                    Forward(_copies[_random.Next(_copies.Count)]);
                break;
        }
    }

    private void Write(bool byClient)
    {
        byte[] message = new byte[_random.Between(8, 200)];
        BitConverter.TryWriteBytes(message, ++_messages);
        message[7] = byClient ? (byte)1 : (byte)2;
        DtlsWriteResult result = byClient ? _pair.Client.Write(Client, message) : _pair.Server.Write(Server, message);
        if (result != DtlsWriteResult.Success)
            throw new SimulationFailure($"seed {_scenario.Seed}: a message was refused: {result}, {_pair.Describe()}");
        _sent.Add(Convert.ToHexString(message));
    }

    private DtlsAddress NextAddress() => DtlsNetwork.Address(_nextHost++, 5000);

    /// <summary>Everything towards the server is copied, and some of it arrives from the attacker before it arrives by itself.</summary>
    private bool OnSend(NetemDatagram datagram)
    {
        if (IsServer(datagram.Source))
        {
            (long received, long sent) = _accounts.GetValueOrDefault(datagram.Destination);
            sent += datagram.Payload.Length;
            _accounts[datagram.Destination] = (received, sent);
            NoteValidated();
            if (!_validated.Contains(datagram.Destination) && sent > 3 * received)
                throw new SimulationFailure($"seed {_scenario.Seed}: {datagram.Destination} was sent {sent} bytes for {received}");
            return true;
        }

        if (_copies.Count < 500)
            _copies.Add([.. datagram.Payload]);
        if (!_isQuiet && _random.Chance(5))
            Forward(datagram.Payload);
        return true;
    }

    private void Forward(byte[] datagram)
    {
        Account(Attacker, datagram.Length);
        _pair.Server.Receive(Attacker, datagram, Server.Path.Local);
    }

    private bool OnDeliver(NetemDatagram datagram)
    {
        if (IsServer(datagram.Destination))
            Account(datagram.Source, datagram.Payload.Length);
        return true;
    }

    private void Account(DtlsAddress address, int bytes)
    {
        (long received, long sent) = _accounts.GetValueOrDefault(address);
        _accounts[address] = (received + bytes, sent);
    }

    private void NoteValidated()
    {
        _validated.Add(Server.Path.Remote);
        if (Server.Path.Remote == Attacker)
            throw new SimulationFailure($"seed {_scenario.Seed}: the server sends to somebody who cannot read it");
    }

    private bool IsServer(DtlsAddress address) => address == DtlsPair.ServerAddress || address == Server.Path.Local || _pair.Network.NodeAt(address) == _pair.Server;

    /// <summary>From here on nothing is lost, and nobody moves: both must be able to talk again, both ways.</summary>
    private void Recover()
    {
        _isQuiet = true;
        _pair.Server.Inbound.Options = NetemOptions.Perfect with { Delay = TimeSpan.FromMilliseconds(5) };
        _pair.Client.Inbound.Options = NetemOptions.Perfect with { Delay = TimeSpan.FromMilliseconds(5) };
        for (int i = 0; i < MaxRecoveryTurns; i++)
        {
            int atServer = _pair.Server.Log.Received.Count;
            int atClient = _pair.Client.Log.Received.Count;
            Write(byClient: true);
            Write(byClient: false);
            _pair.Settle(TimeSpan.FromSeconds(2));
            if (_pair.Server.Log.Received.Count > atServer && _pair.Client.Log.Received.Count > atClient
                && !Client.IsValidatingPath && !Server.IsValidatingPath)
            {
                return;
            }
        }

        throw new SimulationFailure($"seed {_scenario.Seed}: the ends did not find each other again: {_pair.Describe()}, client at {Client.Path}, server at {Server.Path}, {_scenario}");
    }

    private void CheckMessages()
    {
        foreach (ConnectionLog log in (ConnectionLog[])[_pair.Server.Log, _pair.Client.Log])
        {
            var seen = new HashSet<string>();
            foreach (byte[] message in log.Received)
            {
                string text = Convert.ToHexString(message);
                if (!_sent.Contains(text) || !seen.Add(text))
                    throw new SimulationFailure($"seed {_scenario.Seed}: a message came twice, or was never sent");
            }

            if (log.Failure is { } failure)
                throw new SimulationFailure($"seed {_scenario.Seed}: {failure}");
        }
    }
}
