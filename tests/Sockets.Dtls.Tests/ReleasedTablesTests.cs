using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>A connection that has given its tables back goes on as if it had not.</summary>
public sealed class ReleasedTablesTests
{
    [Fact]
    public void Records_go_both_ways_afterwards_and_keys_change()
    {
        using var pair = new ConnectedPair();
        for (int i = 1; i <= 5; i++)
        {
            Release();
            pair.AssertAlive();
            Release();
            DtlsNode node = i % 2 == 0 ? pair.Pair.Client : pair.Pair.Server;
            Assert.True(node.RequestKeyUpdate(node.Connection, requestPeerUpdate: true));
            Release();
            pair.Pair.Settle();
            Assert.Equal(i, pair.Client.Count(DtlsEventKind.WriteKeyUpdated));
            Assert.Equal(i, pair.Server.Count(DtlsEventKind.WriteKeyUpdated));
        }

        pair.Pair.Client.Close(pair.Pair.Client.Connection);
        Release();
        pair.Pair.Settle();
        Assert.Equal(1, pair.Server.Count(DtlsEventKind.PeerClosed));
        Release();

        void Release()
        {
            pair.Pair.Client.Connection.ReleaseTables();
            pair.Pair.Server.Connection.ReleaseTables();
            pair.Pair.Client.Connection.ReleaseTables();
        }
    }
}
