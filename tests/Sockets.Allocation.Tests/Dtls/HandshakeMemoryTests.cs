using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Allocation.Tests;

/// <summary>What a manager reckons with for a handshake is not less than what the worst of clients can make one hold.</summary>
public class HandshakeMemoryTests
{
    private const CipherSuite Suite = CipherSuite.Aes128GcmSha256;
    private const int Handshakes = 24;
    private const int HandshakeEpoch = 2;
    private const int Attempts = 3;

    /// <summary>As many as are kept, and more.</summary>
    private const int Messages = 12;

    [Fact]
    public void Handshakes_that_hold_all_they_may_stay_within_the_estimate()
    {
        var options = new ConnectionManagerOptions
        {
            Security = new DtlsServerOptions { Credentials = [TestCertificates.EcdsaP256.ToCredential(TestProviders.Default)] },
            MaxConnections = 1,
            MaxHandshakes = 1,
        };
        long estimate = (options with { MaxConnections = 1 + Handshakes, MaxHandshakes = 1 + Handshakes }).EstimateMemory() - options.EstimateMemory();
        long held = long.MaxValue;
        Measure(1); // what is there once and for all
        for (int i = 0; i < Attempts && held > estimate; i++)
            held = Math.Min(held, Measure(Handshakes)); // what else the process does can only add to it
        TestContext.Current.TestOutputHelper?.WriteLine($"{held / Handshakes} bytes held by a handshake, {estimate / Handshakes} estimated");
        Assert.InRange(held, long.MinValue, estimate);
    }

    private static long Measure(int count)
    {
        var servers = new DtlsConnection[count];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < servers.Length; i++)
            servers[i] = Fill();
        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        foreach (DtlsConnection server in servers)
            server.Dispose();
        return held;
    }

    /// <summary>A server in the midst of a handshake with a client that begins every message it may, and sends records for later.</summary>
    private static DtlsConnection Fill()
    {
        var secrets = new TrafficSecrets();
        DtlsPair pair = DtlsPair.Create(client: config => config with { CipherSuites = [Suite], DangerousKeyLog = secrets.Add });

        // Its Finished gets lost.
        pair.Network.OnSend = datagram => datagram.Source == DtlsPair.ServerAddress || !secrets.Labels.Contains("CLIENT_TRAFFIC_SECRET_0");
        pair.Start();
        pair.DriveUntil(() => secrets.Labels.Contains("CLIENT_TRAFFIC_SECRET_0"));
        Assert.Equal(DtlsState.WaitFinished, pair.Server.Connection.State);
        using var forge = new RecordForge(TestProviders.Default, Suite, secrets["CLIENT_HANDSHAKE_TRAFFIC_SECRET"], HandshakeEpoch);
        ulong number = 1000;

        // The one that is expected last, since it has a place beyond the budget.
        for (int sequence = Messages; sequence >= 0; sequence--)
            pair.Server.Receive(DtlsPair.ClientAddress, forge.Seal(number++, RecordForge.Handshake, Fragment(sequence)));
        byte[] early = new byte[19]; // the shortest that can be a record: epoch 3, one byte of number, content type and tag
        early[0] = 0b0010_0011;
        for (int i = 0; i < 2000; i++)
            pair.Server.Receive(DtlsPair.ClientAddress, early);

        // All of it is full.
        DtlsStatistics statistics = pair.Server.Connection.Statistics;
        Assert.True(statistics.Discarded(DiscardReason.FragmentOutOfWindow) > 0 && statistics.Discarded(DiscardReason.UnknownEpoch) > 0);
        Assert.Equal(DtlsState.WaitFinished, pair.Server.Connection.State);
        pair.Client.Connection.Dispose();
        pair.Server.Connection.UserState = null; // all of the test's that hangs on it
        return pair.Server.Connection;
    }

    /// <summary>The first byte of a certificate as long as a message may be.</summary>
    private static byte[] Fragment(int sequence)
    {
        const byte certificate = 11;
        int length = new DtlsConfig { Crypto = TestProviders.Default }.MaxHandshakeMessageSize;
        return
        [
            certificate,
            (byte)(length >> 16), (byte)(length >> 8), (byte)length,
            0, (byte)sequence,
            0, 0, 0,
            0, 0, 1,
            0xAA,
        ];
    }
}
