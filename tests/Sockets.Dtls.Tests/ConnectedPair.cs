using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>A connected pair on a perfect link, with forges that seal whatever a test wants under its keys.</summary>
internal sealed class ConnectedPair : IDisposable
{
    /// <summary>Application data starts here (RFC 9147 §6.1).</summary>
    public const int ApplicationEpoch = 3;

    private readonly TrafficSecrets _secrets = new();

    public ConnectedPair(
        CryptoProvider? provider = null,
        CipherSuite suite = CipherSuite.Aes128GcmSha256,
        Func<DtlsConfig, DtlsConfig>? client = null,
        Func<DtlsConfig, DtlsConfig>? server = null)
    {
        Provider = provider ?? TestProviders.Default;
        Suite = suite;
        Pair = DtlsPair.Create(
            Provider,
            client: config => (client?.Invoke(config) ?? config) with { CipherSuites = [suite], DangerousKeyLog = _secrets.Add },
            server: server);
        Pair.DriveToConnected();
        Pair.Settle(TimeSpan.FromMinutes(5));
        FromClient = new RecordForge(Provider, suite, _secrets["CLIENT_TRAFFIC_SECRET_0"], ApplicationEpoch);
        FromServer = new RecordForge(Provider, suite, _secrets["SERVER_TRAFFIC_SECRET_0"], ApplicationEpoch);
    }

    public CryptoProvider Provider { get; }

    public CipherSuite Suite { get; }

    public DtlsPair Pair { get; }

    public TrafficSecrets Secrets => _secrets;

    public RecordForge FromClient { get; }

    public RecordForge FromServer { get; }

    public ConnectionLog Client => Pair.Client.Log;

    public ConnectionLog Server => Pair.Server.Log;

    public void ToServer(ReadOnlySpan<byte> datagram) => Pair.Server.Receive(DtlsPair.ClientAddress, datagram);

    public void ToClient(ReadOnlySpan<byte> datagram) => Pair.Client.Receive(DtlsPair.ServerAddress, datagram);

    /// <summary>Runs <paramref name="action"/> and returns by how much the server's counter for <paramref name="reason"/> grew.</summary>
    public ulong DiscardedByServer(DiscardReason reason, Action action)
    {
        ulong before = Server.Statistics.Discarded(reason);
        action();
        return Server.Statistics.Discarded(reason) - before;
    }

    /// <summary>Both directions carry data.</summary>
    public void AssertAlive()
    {
        AssertCarries(Pair.Client, Server);
        AssertCarries(Pair.Server, Client);
    }

    public void Dispose()
    {
        FromClient.Dispose();
        FromServer.Dispose();
        Pair.Dispose();
    }

    private void AssertCarries(DtlsNode from, ConnectionLog to)
    {
        int before = to.Received.Count;
        byte[] message = [0xA5, (byte)before, 0x5A];
        Assert.Equal(DtlsWriteResult.Success, from.Write(from.Connection, message));
        Pair.Settle(TimeSpan.FromMilliseconds(1));
        Assert.Equal(before + 1, to.Received.Count);
        Assert.Equal(message, to.Received[^1]);
    }
}
