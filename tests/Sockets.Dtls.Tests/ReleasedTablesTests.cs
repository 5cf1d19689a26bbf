using System;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>A connection that has given its tables back goes on as if it had not.</summary>
public sealed class ReleasedTablesTests
{
    [Fact]
    public void Records_go_both_ways_afterwards_and_keys_can_be_updated()
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
            Assert.Equal(i, node.Log.Count(DtlsEventKind.WriteKeyUpdated));
        }

        pair.Pair.Client.Close(pair.Pair.Client.Connection);
        Release();
        pair.Pair.Settle();
        Assert.True(pair.Pair.IsOver);
        Release();

        void Release()
        {
            pair.Pair.Client.Connection.ReleaseTables();
            pair.Pair.Server.Connection.ReleaseTables();
            pair.Pair.Client.Connection.ReleaseTables();
        }
    }
}
