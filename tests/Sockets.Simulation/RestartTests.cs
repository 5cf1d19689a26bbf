using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>A client that comes back on the same address and port (RFC 9147 §5.11), and somebody who only claims to.</summary>
public sealed class RestartTests
{
    public static TheoryData<bool, int> Cases() => new() { { true, 0 }, { false, 0 }, { true, 25 }, { false, 25 } };

    [Theory]
    [MemberData(nameof(Cases))]
    [Conformance("RFC 9147", "5.11", "After the Finished of a new handshake on the same path the old association is given up.", "Sockets.Dtls/DtlsEndpoint.Routing.cs")]
    public void A_restarted_client_replaces_its_old_connection(bool requireCookie, int loss)
    {
        var link = new NetemOptions { Loss = loss, Delay = TimeSpan.FromMilliseconds(10) };
        using var rig = new EndpointRig(5, new DtlsEndpointConfig { RequireCookie = requireCookie }, link);
        DtlsNode before = rig.AddClient(1, 11, link);
        rig.RunUntil(() => before.Log.IsConnected && rig.ServerLog(1) is { IsConnected: true }, "the first handshake did not finish");
        rig.Network.RunFor(TimeSpan.FromMinutes(3));
        ConnectionLog old = rig.ServerLog(1)!;

        DtlsNode after = rig.AddClient(1, 12, link);
        rig.RunUntil(() => after.Log.IsConnected && rig.ServerLog(1) is { IsConnected: true } newest && newest != old, "the second handshake did not finish");

        rig.Network.RunFor(TimeSpan.FromMinutes(15));
        Assert.True(old.IsClosed, "the old connection outlived the new one's Finished");
        Assert.Equal(1, rig.Endpoint.ConnectionCount);
        if (loss == 0)
            Assert.True(rig.IsEchoing(after));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Conformance("RFC 9147", "5.11", "An association is not destroyed by a ClientHello, only by a handshake that shows who can receive.", "Sockets.Dtls/DtlsEndpoint.Admission.cs")]
    public void The_old_connection_lives_until_the_new_one_is_finished(bool requireCookie)
    {
        using var rig = new EndpointRig(6, new DtlsEndpointConfig { RequireCookie = requireCookie });
        DtlsNode client = rig.AddClient(1, 11);
        rig.RunUntil(() => client.Log.IsConnected && rig.ServerLog(1) is { IsConnected: true }, "the handshake did not finish");
        ConnectionLog old = rig.ServerLog(1)!;

        // A second client on the same address gets as far as its Finished, which never arrives.
        var other = new DtlsNetwork(9);
        DtlsNode second = other.AddNode(EndpointRig.ClientAddress(1), NetemOptions.Perfect);
        other.OnSend = datagram =>
        {
            if (second.Connection.State == DtlsState.Connected)
                return false;
            rig.Server.Receive(datagram.Source, datagram.Payload);
            return false;
        };
        rig.Network.OnSend = datagram =>
        {
            if (datagram.Source == EndpointRig.ServerAddress && !second.Log.IsConnected)
                second.Inbound.Send(datagram with { Payload = [.. datagram.Payload] }, other.Clock.Now);
            return true;
        };
        second.Connect(EndpointRig.ClientConfig(12), EndpointRig.ServerAddress);
        Assert.True(other.RunUntil(() => second.Log.IsConnected), "the second client got no answer");

        Assert.False(old.IsClosed);
        Assert.True(rig.IsEchoing(client), "the old connection no longer works");
        rig.Network.OnSend = null;
        rig.Network.RunFor(TimeSpan.FromHours(1));
        Assert.True(rig.IsEchoing(client), "the unfinished handshake took the old connection with it");
        Assert.Equal(1, rig.Endpoint.ConnectionCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forged_client_hellos_do_not_disturb_a_connection(bool requireCookie)
    {
        using var rig = new EndpointRig(7, new DtlsEndpointConfig { RequireCookie = requireCookie });
        DtlsNode client = rig.AddClient(1, 11);
        rig.RunUntil(() => client.Log.IsConnected && rig.ServerLog(1) is { IsConnected: true }, "the handshake did not finish");
        ConnectionLog old = rig.ServerLog(1)!;
        byte[] hello = ClientHellos.Make(EndpointRig.ClientConfig(13))[0];
        var random = new SeededRandom(3);

        for (int i = 0; i < 2000; i++)
        {
            rig.Server.Receive(client.Address, ClientHellos.WithRandom(hello, random));
            Assert.InRange(rig.Endpoint.ConnectionCount, 1, requireCookie ? 1 : 2);
            if (i % 100 == 0)
                Assert.True(rig.IsEchoing(client), $"after {i} forged ClientHellos the connection no longer works");
        }

        Assert.False(old.IsClosed);
        Assert.False(client.Log.IsClosed);
        rig.Network.RunFor(TimeSpan.FromHours(1));
        Assert.Equal(1, rig.Endpoint.ConnectionCount);
        Assert.True(rig.IsEchoing(client));
    }
}
