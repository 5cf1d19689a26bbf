using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>Addresses that change hands at an endpoint: whose they are, and who is found without one.</summary>
public sealed class PathRoutingTests
{
    private static readonly DtlsAddress Shared = DtlsNetwork.Address(500, 1);
    private static readonly DtlsAddress Other = DtlsNetwork.Address(501, 2);

    /// <summary>RFC 9147 §5.11 speaks of a client that comes back, not of another one where it was.</summary>
    [Fact]
    public void A_new_client_where_another_one_was_takes_nothing_from_it()
    {
        using EndpointRig rig = Create();
        DtlsNode first = Connect(rig, 1);
        DtlsAddress free = EndpointRig.ClientAddress(1);
        Assert.True(first.Migrate(first.Connection, Other));
        rig.Network.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(Other, rig.Server.Logs[0].Connection.Path.Remote);

        DtlsNode second = Connect(rig, 2, free);
        rig.Network.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(2, rig.Endpoint.ConnectionCount);
        AssertEchoing(rig, second);
        Assert.DoesNotContain(rig.Server.Logs, static log => log.IsClosed);
        AssertEchoing(rig, first);
    }

    [Fact]
    public void A_handshake_that_has_begun_there_keeps_the_address_when_the_old_connection_moves()
    {
        using EndpointRig rig = Create();
        DtlsNode first = Connect(rig, 1);
        bool isHeld = true;
        rig.Network.OnDeliver = datagram => !isHeld || datagram.Destination != EndpointRig.ClientAddress(1);
        var foreign = new DtlsNetwork(77);
        DtlsNode starting = foreign.AddNode(EndpointRig.ClientAddress(1), NetemOptions.Perfect);
        foreign.OnSend = datagram =>
        {
            rig.Server.Receive(datagram.Source, datagram.Payload);
            return false;
        };
        var answers = new List<NetemDatagram>();
        rig.Network.OnSend = datagram =>
        {
            if (datagram.Destination == EndpointRig.ClientAddress(1))
                answers.Add(datagram);
            return true;
        };
        starting.Connect(EndpointRig.ClientConfig(78) with { ConnectionIdLength = 0 }, EndpointRig.ServerAddress);
        Assert.True(answers.Count > 0);
        starting.Receive(EndpointRig.ServerAddress, answers[^1].Payload);
        Assert.Equal(2, rig.Endpoint.ConnectionCount);

        // Meanwhile the first one leaves, and is where it says it is.
        isHeld = false;
        Assert.True(first.Migrate(first.Connection, Other));
        rig.Network.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(Other, rig.Server.Logs[0].Connection.Path.Remote);
        foreach (NetemDatagram answer in answers.ToArray())
            starting.Receive(EndpointRig.ServerAddress, answer.Payload);
        Assert.True(starting.Log.IsConnected);
        Assert.True(rig.Server.Log.IsConnected);
        Assert.Equal(2, rig.Endpoint.ConnectionCount);
        Assert.False(rig.Server.Logs[0].IsClosed);
    }

    [Fact]
    public void Two_connections_that_trade_an_address_are_both_found()
    {
        using EndpointRig rig = Create();
        DtlsNode first = Connect(rig, 1, Shared);
        DtlsNode second = Connect(rig, 2);

        // The NAT gives the first one's address to the second, and says nothing to either.
        rig.Network.Rebind(first.Address, Other);
        rig.Network.Rebind(second.Address, Shared);
        AssertEchoing(rig, second);
        Assert.Equal(Shared, rig.Server.Logs[1].Connection.Path.Remote);
        Assert.Equal(Shared, rig.Server.Logs[0].Connection.Path.Remote);
        AssertEchoing(rig, first);
        Assert.Equal(Other, rig.Server.Logs[0].Connection.Path.Remote);
        AssertEchoing(rig, second);
        Assert.Equal(2, rig.Endpoint.ConnectionCount);

        rig.Server.Close(rig.Server.Logs[1].Connection);
        rig.Network.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(1, rig.Endpoint.ConnectionCount);
        rig.Server.Close(rig.Server.Logs[0].Connection);
        rig.Network.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(0, rig.Endpoint.ConnectionCount);
        Assert.Equal(MonotonicTime.Never, rig.Endpoint.NextTimeout);
    }

    [Fact]
    public void Who_can_be_found_by_its_address_only_keeps_it()
    {
        using EndpointRig rig = Create();
        DtlsNode plain = Connect(rig, 1, Shared, connectionIdLength: null);
        DtlsNode mover = Connect(rig, 2);
        DtlsAddress before = EndpointRig.ClientAddress(2);
        rig.Network.Rebind(plain.Address, Other);
        rig.Network.Rebind(mover.Address, Shared);
        AssertEchoing(rig, mover);
        Assert.Equal(Shared, rig.Server.Logs[1].Connection.Path.Remote);
        rig.Network.Rebind(mover.Address, before);
        rig.Network.Rebind(plain.Address, Shared);
        AssertEchoing(rig, plain);
        AssertEchoing(rig, mover);
        rig.Server.Close(rig.Server.Logs[1].Connection);
        rig.Network.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(1, rig.Endpoint.ConnectionCount);
        AssertEchoing(rig, plain);
    }

    private static EndpointRig Create() => new(21, server: static config => config with { ConnectionIdLength = 8 });

    private static DtlsNode Connect(EndpointRig rig, int number, DtlsAddress? outside = null, int? connectionIdLength = 0)
    {
        if (outside is { } address)
            rig.Network.Rebind(EndpointRig.ClientAddress(number), address);
        int before = rig.Server.Logs.Count;
        DtlsNode node = rig.AddClient(number, (ulong)(100 + before), change: config => config with { ConnectionIdLength = connectionIdLength });
        rig.RunUntil(() => node.Log.IsConnected && rig.Server.Logs.Count > before && rig.Server.Log.IsConnected, "a handshake did not finish");
        rig.Network.RunFor(TimeSpan.FromSeconds(5));
        return node;
    }

    private static void AssertEchoing(EndpointRig rig, DtlsNode node)
    {
        for (int i = 0; i < 3; i++)
        {
            node.Write(node.Connection, [1, 2, 3]);
            rig.Network.RunFor(TimeSpan.FromSeconds(3));
        }

        rig.Echo();
        rig.Network.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.True(rig.IsEchoing(node), "no echo came back");
    }
}
