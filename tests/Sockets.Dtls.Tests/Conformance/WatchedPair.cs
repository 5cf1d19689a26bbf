using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>A pair on a perfect link whose every record is read as it is sent, and may be lost or changed on its way.</summary>
internal sealed class WatchedPair : IDisposable
{
    private const CipherSuite Suite = CipherSuite.Aes128GcmSha256;

    private readonly TrafficSecrets _secrets = new();
    private readonly RecordReader _client;
    private readonly RecordReader _server;

    public WatchedPair(
        Func<DtlsConfig, DtlsConfig>? client = null, Func<DtlsConfig, DtlsConfig>? server = null, DtlsEndpointConfig? endpoint = null)
    {
        Pair = DtlsPair.Create(
            client: config => (client?.Invoke(config) ?? config) with { CipherSuites = [Suite], DangerousKeyLog = _secrets.Add },
            server: config => (server?.Invoke(config) ?? config) with { DangerousKeyLog = _secrets.Add },
            endpoint: endpoint);
        _client = new RecordReader(Suite, _secrets, DtlsPair.ClientAddress);
        _server = new RecordReader(Suite, _secrets, DtlsPair.ServerAddress);
        Pair.Network.OnSend = OnSend;
    }

    /// <summary>A pair whose sides want connection IDs of these lengths; null: they do not know of connection IDs.</summary>
    public static WatchedPair WithConnectionIds(int? client, int? server, DtlsPathValidation validation = DtlsPathValidation.None) => new(
        config => config with { ConnectionIdLength = client, PathValidation = validation },
        config => config with { ConnectionIdLength = server, PathValidation = validation })
    {
        _client = { ConnectionIdLength = server ?? 0 },
        _server = { ConnectionIdLength = client ?? 0 },
    };

    public DtlsPair Pair { get; }

    public TrafficSecrets Secrets => _secrets;

    /// <summary>What the client has sent since the last <see cref="Forget"/>.</summary>
    public List<SentRecordView> FromClient { get; } = [];

    /// <summary>What the server has sent since the last <see cref="Forget"/>.</summary>
    public List<SentRecordView> FromServer { get; } = [];

    /// <summary>Every datagram since the last <see cref="Forget"/>.</summary>
    public List<NetemDatagram> Datagrams { get; } = [];

    /// <summary>False loses a datagram.</summary>
    public Func<NetemDatagram, List<SentRecordView>, bool>? Passes { get; set; }

    public void Forget()
    {
        FromClient.Clear();
        FromServer.Clear();
        Datagrams.Clear();
    }

    /// <summary>Connects, lets everything come to rest, and forgets it.</summary>
    public void Connect()
    {
        Pair.DriveToConnected();
        Pair.Settle(TimeSpan.FromMinutes(5));
        Forget();
    }

    public RecordForge Forge(bool client, int epoch = 3) => new(
        TestProviders.Default,
        Suite,
        _secrets[(client ? "CLIENT_" : "SERVER_") + (epoch == 2 ? "HANDSHAKE_TRAFFIC_SECRET" : "TRAFFIC_SECRET_0")],
        epoch);

    public void ToServer(byte[] datagram) => Pair.Server.Receive(DtlsPair.ClientAddress, datagram);

    public void ToClient(byte[] datagram) => Pair.Client.Receive(DtlsPair.ServerAddress, datagram);

    public void AssertAlive()
    {
        AssertCarries(Pair.Client, Pair.Server.Log);
        AssertCarries(Pair.Server, Pair.Client.Log);
    }

    public void Dispose() => Pair.Dispose();

    private void AssertCarries(DtlsNode from, ConnectionLog to)
    {
        int before = to.Received.Count;
        Assert.Equal(DtlsWriteResult.Success, from.Write(from.Connection, [1, (byte)before]));
        Pair.Settle(TimeSpan.FromMilliseconds(1));
        Assert.Equal(before + 1, to.Received.Count);
    }

    private bool OnSend(NetemDatagram datagram)
    {
        bool fromClient = datagram.Source == DtlsPair.ClientAddress;
        List<SentRecordView> records = (fromClient ? _client : _server).Read(datagram.Payload);
        (fromClient ? FromClient : FromServer).AddRange(records);
        Datagrams.Add(datagram with { Payload = [.. datagram.Payload] });
        return Passes?.Invoke(datagram, records) ?? true;
    }
}
