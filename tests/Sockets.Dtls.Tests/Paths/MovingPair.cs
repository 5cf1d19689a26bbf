using System;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Paths;

/// <summary>A connected pair with connection IDs, 10 ms apart, whose paths change; everything sent in epoch 3 is read along.</summary>
internal sealed class MovingPair : IDisposable
{
    public static readonly DtlsAddress Client = DtlsPair.ClientAddress;
    public static readonly DtlsAddress Server = DtlsPair.ServerAddress;
    public static readonly DtlsAddress Elsewhere = DtlsNetwork.Address(3, 41_000);
    public static readonly DtlsAddress Further = DtlsNetwork.Address(4, 42_000);

    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(10);

    private const CipherSuite Suite = CipherSuite.Aes128GcmSha256;

    private readonly TrafficSecrets _secrets = new();
    private readonly ReadEpoch _fromClient;
    private readonly ReadEpoch _fromServer;
    private int _sent;

    public MovingPair(
        DtlsPathValidation validation = DtlsPathValidation.Enhanced,
        int? clientLength = 0,
        int? serverLength = 8,
        bool withEndpoint = true,
        Func<DtlsConfig, DtlsConfig>? client = null,
        Func<DtlsConfig, DtlsConfig>? server = null,
        bool withSpares = false)
    {
        CryptoProvider provider = TestProviders.Default;
        DtlsConfig common = DtlsPair.Config(provider, 1) with { CipherSuites = [Suite], PathValidation = validation };
        DtlsConfig clientConfig = common with { ConnectionIdLength = clientLength, DangerousKeyLog = _secrets.Add };
        DtlsConfig serverConfig = common with
        {
            Crypto = new SeededCryptoProvider(provider, 2),
            ConnectionIdLength = serverLength,
            Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256).ToCredential(provider)],
        };
        Pair = new DtlsPair(new DtlsPairOptions
        {
            Client = client?.Invoke(clientConfig) ?? clientConfig,
            Server = server?.Invoke(serverConfig) ?? serverConfig,
            ServerEndpoint = withEndpoint ? new DtlsEndpointConfig() : null,
            ClientEndpoint = withEndpoint,
            ToServer = new NetemOptions { Delay = Delay },
            ToClient = new NetemOptions { Delay = Delay },
        });
        Pair.DriveToConnected();
        Pair.Settle(TimeSpan.FromMinutes(5));
        if (withSpares)
        {
            ClientConnection.RequestConnectionIds(4, Now);
            Pair.Client.Drain();
            ServerConnection.RequestConnectionIds(4, Now);
            Pair.Server.Drain();
            Pair.Settle(TimeSpan.FromMinutes(5));
        }

        _fromClient = PathTrace.Open(provider, Suite, _secrets["CLIENT_TRAFFIC_SECRET_0"]);
        _fromServer = PathTrace.Open(provider, Suite, _secrets["SERVER_TRAFFIC_SECRET_0"]);
        ForgedByClient = new RecordForge(provider, Suite, _secrets["CLIENT_TRAFFIC_SECRET_0"], ConnectedPair.ApplicationEpoch);
        ForgedByServer = new RecordForge(provider, Suite, _secrets["SERVER_TRAFFIC_SECRET_0"], ConnectedPair.ApplicationEpoch);
        Pair.Network.OnSend = datagram =>
        {
            bool isFromServer = datagram.Source == Server || datagram.Source.Port == Server.Port;
            Trace.Add(Now, datagram, isFromServer ? _fromServer : _fromClient, isFromServer ? ClientConnection.ConnectionId.Length : ServerConnection.ConnectionId.Length);
            return Forward(datagram);
        };
    }

    public DtlsPair Pair { get; }

    public PathTrace Trace { get; } = new();

    /// <summary>What becomes of a datagram that was sent.</summary>
    public Func<NetemDatagram, bool> Forward { get; set; } = static _ => true;

    public RecordForge ForgedByClient { get; }

    public RecordForge ForgedByServer { get; }

    public DtlsConnection ClientConnection => Pair.Client.Connection;

    public DtlsConnection ServerConnection => Pair.Server.Connection;

    public ConnectionLog ClientLog => Pair.Client.Log;

    public ConnectionLog ServerLog => Pair.Server.Log;

    public MonotonicTime Now => Pair.Network.Clock.Now;

    public DtlsNetwork Network => Pair.Network;

    /// <summary>The client sends a message of its own.</summary>
    public byte[] FromClient(int length = 100) => Write(Pair.Client, ClientConnection, length);

    /// <summary>The server sends a message of its own.</summary>
    public byte[] FromServer(int length = 100) => Write(Pair.Server, ServerConnection, length);

    /// <summary>A record of the client's as the attacker cannot make it: numbered beyond all that were sent.</summary>
    public byte[] SealByClient(ulong sequence, byte type, ReadOnlySpan<byte> content) =>
        ForgedByClient.Seal(sequence, type, content, connectionId: ServerConnection.ConnectionId.Length == 0 ? null : ServerConnection.ConnectionId.ToArray());

    public void Settle(int milliseconds = 10_000) => Pair.Settle(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Both directions carry data, each once.</summary>
    public void AssertAlive()
    {
        byte[] there = FromClient();
        byte[] back = FromServer();
        Settle(100);
        Assert.Single(ServerLog.Received, received => received.AsSpan().SequenceEqual(there));
        Assert.Single(ClientLog.Received, received => received.AsSpan().SequenceEqual(back));
    }

    /// <summary>Every message that was received was received once.</summary>
    public void AssertNothingTwice()
    {
        foreach (ConnectionLog log in (ConnectionLog[])[ClientLog, ServerLog])
            Assert.Equal(log.Received.Count, log.Received.Select(Convert.ToHexString).Distinct().Count());
    }

    public void Dispose()
    {
        ForgedByClient.Dispose();
        ForgedByServer.Dispose();
        _fromClient.Dispose();
        _fromServer.Dispose();
        Pair.Dispose();
    }

    private byte[] Write(DtlsNode node, DtlsConnection connection, int length)
    {
        byte[] message = new byte[length];
        BitConverter.TryWriteBytes(message, ++_sent);
        Assert.Equal(DtlsWriteResult.Success, node.Write(connection, message));
        return message;
    }
}
