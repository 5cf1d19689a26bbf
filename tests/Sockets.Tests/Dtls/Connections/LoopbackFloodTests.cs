using System.Net.Sockets;
using Sockets.Testing;

namespace Sockets.Tests.Connections;

/// <summary>Clients that never come back for their cookies, on real sockets: nothing is kept of them, and the good ones are served.</summary>
[Collection(nameof(LoopbackFloodTests))]
[CollectionDefinition(nameof(LoopbackFloodTests), DisableParallelization = true)] // what is measured is what the whole process keeps
public sealed class LoopbackFloodTests
{
    private const int Flood = 100_000;

    private const long MemoryLimit = 16 << 20;

    [Fact]
    public async Task A_hundred_thousand_client_hellos_leave_nothing_behind_and_good_clients_unharmed()
    {
        await using ManagerRig rig = ManagerRig.Start(static options => options with { MaxConnections = 16, MaxHandshakes = 8, MaxConnectionsPerAddress = null });
        (DtlsChannel resident, DtlsChannel server) = await rig.ConnectPairAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using var done = new CancellationTokenSource();
        Task flooding = Task.Run(() => SendFlood(rig, done.Token));
        int served = 0;
        int asked = 0;
        while (!flooding.IsCompleted)
        {
            // The flood fills the socket's buffer, so datagrams of good clients are lost as well: they try again, as one does over UDP.
            resident.TrySend([(byte)++asked]);
            using var receiving = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            try
            {
                byte[] buffer = new byte[100];
                await server.ReceiveAsync(buffer, receiving.Token);
                served++;
                await done.CancelAsync(); // enough, if all of it was sent
            }
            catch (OperationCanceledException)
            {
                // Lost.
            }
        }

        await flooding.WaitAsync(Waiting.HangGuard);
        ConnectionManagerStatistics statistics = rig.Manager.Statistics;
        Assert.True(statistics.Admission.CookiesSent > Flood / 100, $"only {statistics.Admission.CookiesSent} reached it");
        Assert.Equal((1, 0, 1L), (statistics.Admission.Connections, statistics.Admission.Handshakes, statistics.Admission.Admitted));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryLimit);
        Assert.True(served > 0, "the client that was there was not served any more");
        (DtlsChannel late, DtlsChannel lateServer) = await rig.ConnectPairAsync();
        await ManagerRig.ExchangeAsync(late, lateServer, 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{statistics.Admission.CookiesSent} of {Flood} reached the engine, {served} of {asked} messages of the client that was there");
    }

    /// <summary>All of it, and more until the token says that it is enough, or nobody has said so for long.</summary>
    private static void SendFlood(ManagerRig rig, CancellationToken isEnough)
    {
        using var socket = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] hello = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 5))[0];
        var random = new SeededRandom(7);
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < Flood || (!isEnough.IsCancellationRequested && TimeProvider.System.GetElapsedTime(start) < Waiting.HangGuard); i++)
            socket.SendTo(ClientHellos.WithRandom(hello, random), rig.Manager.LocalEndPoint);
    }
}
