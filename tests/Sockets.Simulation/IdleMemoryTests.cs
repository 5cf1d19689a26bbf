using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>What a connection holds once its handshake is over.</summary>
[Collection(nameof(MemoryMeasuring))]
public sealed class IdleMemoryTests
{
    // So many that what the process itself allocates meanwhile is little for each.
    private const int Count = 400;

    /// <summary>Managed bytes: epochs with their replay windows and counters, but no handshake state and no buffers.</summary>
    private const long LimitPerConnection = 4 * 1024;

    [Fact]
    public void An_idle_connection_holds_no_handshake_state_and_no_buffers()
    {
        var clients = new DtlsConnection[Count];
        var servers = new DtlsConnection[Count];
        Establish(clients, servers, 1);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Establish(clients, servers, Count);
        long after = GC.GetTotalMemory(forceFullCollection: true);

        long each = (after - before) / (2 * (Count - 1));
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes per idle connection");
        Assert.InRange(each, 1, LimitPerConnection);
        GC.KeepAlive(clients);
        GC.KeepAlive(servers);
    }

    private static void Establish(DtlsConnection[] clients, DtlsConnection[] servers, int upTo)
    {
        for (int i = 0; i < upTo; i++)
        {
            if (clients[i] is not null)
                continue;
            DtlsPair pair = DtlsPair.Create();
            pair.DriveToConnected();
            pair.Settle(TimeSpan.FromMinutes(5));
            clients[i] = pair.Client.Connection;
            servers[i] = pair.Server.Connection;
            clients[i].UserState = null;
            servers[i].UserState = null;
        }
    }
}
