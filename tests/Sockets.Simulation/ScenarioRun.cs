using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>Runs one scenario from ClientHello to close and checks its properties after every step.</summary>
internal sealed class ScenarioRun : IDisposable
{
    /// <summary>Some times what a handshake at the largest parameters drawn allocates; what is held cannot exceed it.</summary>
    private const long AllocationBudget = 512 << 10;

    private const int StepLimit = 100_000;

    private readonly Scenario _scenario;
    private readonly DtlsPair _pair;
    private readonly SeededRandom _random;
    private readonly SentMessages _fromClient;
    private readonly SentMessages _fromServer;
    private long _serverReceived;
    private long _serverSent;
    private bool _clientProven;
    private int _steps;

    public ScenarioRun(Scenario scenario)
    {
        _scenario = scenario;
        _random = new SeededRandom(scenario.Seed).Fork(7);
        _fromClient = new SentMessages("client to server", scenario.Seed);
        _fromServer = new SentMessages("server to client", ~scenario.Seed);
        _pair = new DtlsPair(scenario.ToOptions());
        _pair.Network.OnSend = ObserveSend;
        _pair.Network.OnDeliver = ObserveDelivery;
        _pair.Client.Verify = connection => CheckChain(connection, scenario.ServerCertificate);
        _pair.Server.Verify = connection => CheckChain(connection, scenario.ClientCertificate);
        foreach (DtlsNode node in _pair.Network.Nodes)
        {
            node.SignatureDelay = scenario.SignatureDelay;
            node.VerificationDelay = scenario.VerificationDelay;
        }
    }

    public long AllocatedBytes => Math.Max(_pair.Client.EngineAllocatedBytes, _pair.Server.EngineAllocatedBytes);

    public string TraceText => _pair.Network.TraceText;

    private DtlsNetwork Network => _pair.Network;

    private ConnectionLog Client => _pair.Client.Log;

    /// <summary>A late copy of a ClientHello may start a second handshake beside this one; the one that got somewhere counts.</summary>
    private ConnectionLog? Server => _pair.Server.Logs.Find(static log => log.IsConnected) ?? _pair.Server.Logs.FirstOrDefault();

    private bool IsConnected => Client.IsConnected && Server is { IsConnected: true };

    /// <summary>Runs it all; the result is the hash of the packet trace.</summary>
    public ulong Run()
    {
        _pair.Start();
        Shake();
        CheckAgreement();
        Converse();
        Close();
        return Network.TraceHash;
    }

    public void Dispose() => _pair.Dispose();

    private void Shake()
    {
        bool early = false;
        while (!IsConnected)
        {
            if (!Network.IsPacketInFlight && !Network.IsTimerPending)
                throw new SimulationFailure($"deadlock: no packet in flight and no timer: {_pair.Describe()}");
            Step();
            if (Client.IsConnected && !early)
            {
                // The client may write before its Finished has arrived: the server may drop or deliver it.
                early = true;
                Write(Client, _fromClient);
            }
        }
    }

    private void Converse()
    {
        int arrivedBefore = _fromClient.ArrivedCount;
        int sentBefore = _fromClient.SentCount;
        Dictionary<ConnectionLog, int> expected = [];
        Spread(_scenario.MessagesEachWay, () => Write(Client, _fromClient));
        Spread(_scenario.MessagesEachWay, () => Write(Server!, _fromServer));
        Spread(_scenario.ClientKeyUpdates, () => Update(Client, expected));
        Spread(_scenario.ServerKeyUpdates, () => Update(Server!, expected));
        Spread(_scenario.ConnectionIdTurns, () => ExchangeConnectionIds(Client));
        Spread(_scenario.ConnectionIdTurns, () => ExchangeConnectionIds(Server!));
        RunFor(TimeSpan.FromSeconds(6));
        for (int i = 0; i < 10_000 && !HaveUpdated(); i++)
            RunFor(TimeSpan.FromSeconds(1));
        Require(HaveUpdated(), $"a key update did not come to an end: {_pair.Describe()}");

        RunFor(TimeSpan.FromSeconds(10));
        if (_scenario.IsLossless)
        {
            Require(_fromServer.ArrivedCount == _fromServer.SentCount, $"nothing was lost, yet {_fromServer.ArrivedCount} of {_fromServer.SentCount} messages reached the client");
            Require(
                _fromClient.ArrivedCount - arrivedBefore >= _fromClient.SentCount - sentBefore,
                $"nothing was lost, yet {_fromClient.ArrivedCount} of {_fromClient.SentCount} messages reached the server");
        }

        Require(!Client.IsClosed && !Server!.IsClosed, $"a connection ended by itself: {_pair.Describe()}");
        CheckExporters("after key updates");

        bool HaveUpdated() => expected.All(static pair => pair.Key.Count(DtlsEventKind.WriteKeyUpdated) >= pair.Value);
    }

    private void Close()
    {
        (ConnectionLog first, ConnectionLog second) = _scenario.ClientCloses ? (Client, Server!) : (Server!, Client);
        NetemOptions link = _scenario.ClientCloses ? _scenario.ToServer : _scenario.ToClient;
        first.Node.Close(first.Connection);
        Require(first is { IsClosed: true, Failure: null }, $"Close did not end the connection in good order: {first.Failure}");
        RunFor(TimeSpan.FromSeconds(5));
        Require(second.PeerClosed || link.Loss > 0, "close_notify was not lost and not reported");
        Require(second.Failure is null, $"close_notify ended the other side badly: {second.Failure}");
        if (!second.IsClosed)
            second.Node.Close(second.Connection);
        Require(second is { IsClosed: true, Failure: null }, $"Close did not end the connection in good order: {second.Failure}");
        RunFor(TimeSpan.FromHours(4));
        foreach (DtlsNode node in Network.Nodes)
            Require(node.Endpoint is not { ConnectionCount: not 0 }, $"the endpoint still holds {node.Endpoint?.ConnectionCount} connections");
    }

    private void CheckAgreement()
    {
        DtlsConnection client = Client.Connection;
        DtlsConnection server = Server!.Connection;
        Require(client.State == DtlsState.Connected && server.State == DtlsState.Connected, $"connected, yet {client.State} and {server.State}");
        Require(client.CipherSuite == _scenario.ServerSuite && server.CipherSuite == _scenario.ServerSuite, $"suites {client.CipherSuite} and {server.CipherSuite}");
        Require(client.Group == _scenario.ServerGroup && server.Group == _scenario.ServerGroup, $"groups {client.Group} and {server.Group}");
        Require(
            client.UsedHelloRetryRequest == (_scenario.NeedsOtherGroup || _scenario.RequireCookie),
            $"UsedHelloRetryRequest is {client.UsedHelloRetryRequest}");
        Require(server.ServerName == TestCertificates.HostName, $"server name {server.ServerName}");
        Require(client.ApplicationProtocol == server.ApplicationProtocol, "application protocols differ");
        Require(client.ApplicationProtocol.IsEmpty != _scenario.NamesProtocols, "the application protocol was not negotiated");
        CheckPeer(client, _scenario.ServerCertificate);
        CheckPeer(server, _scenario.ClientAuthentication == DtlsClientAuthentication.None ? null : _scenario.ClientCertificate);
        CheckConnectionIds(client, server);
        CheckExporters("after the handshake");
    }

    private void CheckConnectionIds(DtlsConnection client, DtlsConnection server)
    {
        bool isAgreed = _scenario is { ClientConnectionIdLength: not null, ServerConnectionIdLength: not null };
        Require(client.UsesConnectionIds == isAgreed && server.UsesConnectionIds == isAgreed, "the sides disagree about connection IDs");
        Require(client.ConnectionId.Length == (isAgreed ? _scenario.ClientConnectionIdLength : 0), $"the client's connection ID has {client.ConnectionId.Length} bytes");
        Require(server.ConnectionId.Length == (isAgreed ? _scenario.ServerConnectionIdLength : 0), $"the server's connection ID has {server.ConnectionId.Length} bytes");
        Require(client.PeerConnectionId.Span.SequenceEqual(server.ConnectionId.Span), "the client uses another connection ID than the server's");
        Require(server.PeerConnectionId.Span.SequenceEqual(client.ConnectionId.Span), "the server uses another connection ID than the client's");
    }

    private void ExchangeConnectionIds(ConnectionLog log)
    {
        DtlsConnection connection = log.Connection;
        int count = _random.Between(1, 3);
        DtlsConnectionIdUsage usage = _random.Chance(50) ? DtlsConnectionIdUsage.Immediate : DtlsConnectionIdUsage.Spare;
        bool mayIssue = !connection.ConnectionId.IsEmpty;
        bool mayRequest = !connection.PeerConnectionId.IsEmpty;
        Require(!log.Node.Call(now => connection.IssueConnectionIds(count, usage, now)) || mayIssue, "connection IDs were issued that nobody agreed on");
        Require(!log.Node.Call(now => connection.RequestConnectionIds(count, now)) || mayRequest, "connection IDs were requested that nobody agreed on");
    }

    private static void CheckPeer(DtlsConnection connection, TestCertificate? certificate)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> seen = connection.PeerCertificates;
        Require(seen.Count == (certificate?.Chain.Count ?? 0), $"{connection.Role} sees {seen.Count} certificates");
        for (int i = 0; i < seen.Count; i++)
            Require(seen[i].Span.SequenceEqual(certificate!.Chain[i].Span), $"{connection.Role} sees a changed certificate");
    }

    private static AlertDescription? CheckChain(DtlsConnection connection, TestCertificate? expected)
    {
        CheckPeer(connection, expected);
        return null;
    }

    private void CheckExporters(string when)
    {
        Span<byte> client = stackalloc byte[32];
        Span<byte> server = stackalloc byte[32];
        Client.Connection.ExportKeyingMaterial("EXPERIMENTAL-simulation"u8, "context"u8, client);
        Server!.Connection.ExportKeyingMaterial("EXPERIMENTAL-simulation"u8, "context"u8, server);
        Require(client.SequenceEqual(server), $"the exporters differ {when}");
        Require(client.ContainsAnyExcept((byte)0), "the exporter gives zeros");
    }

    private void Spread(int count, Action action)
    {
        for (int i = 0; i < count; i++)
            Network.After(_random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(5)), action);
    }

    /// <summary>A request while one is under way is the same request, so that one more has to come to an end, not more.</summary>
    private void Update(ConnectionLog log, Dictionary<ConnectionLog, int> expected)
    {
        expected[log] = log.Count(DtlsEventKind.WriteKeyUpdated) + 1;
        Require(log.Node.RequestKeyUpdate(log.Connection, _scenario.RequestPeerUpdate), "a connected side did not accept a key update");
    }

    private void Write(ConnectionLog log, SentMessages sent)
    {
        int largest = Math.Min(log.Connection.MaxPlaintextSize, _scenario.ToServer.Mtu - 64);
        Require(largest >= 64, $"MaxPlaintextSize is {log.Connection.MaxPlaintextSize}");
        byte[] message = sent.Next(_random.Next(largest) + 1);
        if (log.Node.Write(log.Connection, message) != DtlsWriteResult.Success)
            throw new SimulationFailure($"{log.Connection.Role} could not write {message.Length} bytes");
    }

    private void RunFor(TimeSpan duration)
    {
        bool over = false;
        Network.After(duration, () => over = true);
        while (!over)
            Step();
    }

    private void Step()
    {
        if (++_steps > StepLimit)
            throw new SimulationFailure($"not done after {StepLimit} steps: {_pair.Describe()}");
        if (!Network.Step())
            throw new SimulationFailure($"nothing is due any more: {_pair.Describe()}");
        Require(Client.Failure is null, $"the client failed: {Client.Failure}");
        Require(Server?.Failure is null, $"the server failed: {Server?.Failure}");
        Require(AllocatedBytes <= AllocationBudget, $"{AllocatedBytes} bytes were allocated for one connection");
        if (Server is not null)
            _fromClient.Check(Server.Received);
        _fromServer.Check(Client.Received);
    }

    /// <summary>RFC 9147 §5.1: three times the bytes received at most, until the client has shown that it hears us.</summary>
    private bool ObserveSend(NetemDatagram datagram)
    {
        if (datagram.Source != DtlsPair.ServerAddress)
            return true;
        _serverSent += datagram.Payload.Length;
        bool byCookie = _scenario.RequireCookie && _pair.Server.Logs.Count > 0;
        Require(
            _clientProven || byCookie || _serverSent <= 3 * _serverReceived,
            $"the server sent {_serverSent} bytes for {_serverReceived} received before the client's address was validated");
        return true;
    }

    private bool ObserveDelivery(NetemDatagram datagram)
    {
        if (datagram.Destination == DtlsPair.ServerAddress)
        {
            _serverReceived += datagram.Payload.Length;
            _clientProven |= datagram.Payload[0] is >= 0x20 and < 0x40;
        }

        return true;
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new SimulationFailure(otherwise);
    }
}
