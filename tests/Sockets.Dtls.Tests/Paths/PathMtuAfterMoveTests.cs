using Sockets.Testing;

namespace Sockets.Dtls.Tests.Paths;

/// <summary>What was found of one path says nothing of another one (RFC 9147 §4.4, RFC 8899 §5.3.3).</summary>
public sealed class PathMtuAfterMoveTests
{
    private const int Base = 1200;
    private const int Most = 1472;
    private const int Narrow = 1300;

    [Theory]
    [InlineData(65_535, Most, Most)]
    [InlineData(Narrow, Narrow - 16, Narrow)]
    [InlineData(Base, Base, Base)]
    public void The_new_path_is_searched_from_the_beginning(int mtu, int least, int most)
    {
        using var pair = new MovingPair(client: static config => config with { MaxProbedDatagramSize = Most });
        Assert.Equal(Most, pair.ClientConnection.MaxDatagramSize);
        pair.Forward = datagram => datagram.Source != MovingPair.Elsewhere || datagram.Payload.Length <= mtu;
        Move(pair);
        Assert.Equal(Base, pair.ClientConnection.MaxDatagramSize);
        pair.Settle(600_000);
        Assert.InRange(pair.ClientConnection.MaxDatagramSize, least, most);
        pair.FromClient(pair.ClientConnection.MaxPlaintextSize);
        pair.AssertAlive();
    }

    /// <summary>What was sent on the path before arrives, but not there.</summary>
    [Fact]
    public void A_probe_of_the_path_before_tells_nothing_of_the_new_one()
    {
        using var pair = new MovingPair(client: static config => config with { MaxProbedDatagramSize = Most });
        pair.FromClient();
        bool isProbed = false;
        pair.Forward = datagram =>
        {
            isProbed |= datagram.Source == MovingPair.Client && datagram.Payload.Length > Narrow;
            bool isAnswer = isProbed && datagram.Destination == MovingPair.Client && datagram.Payload.Length < 50;
            return !isAnswer && (datagram.Source != MovingPair.Elsewhere || datagram.Payload.Length <= Narrow);
        };
        for (int i = 0; !isProbed; i++)
        {
            Assert.True(i < 2_000, "No second round of probes began.");
            pair.Settle(1_000);
        }

        Move(pair);
        for (int i = 0; i < 600; i++)
        {
            pair.Settle(1_000);
            Assert.InRange(pair.ClientConnection.MaxDatagramSize, Base, Narrow);
        }

        Assert.InRange(pair.ClientConnection.MaxDatagramSize, Narrow - 16, Narrow);
        pair.AssertAlive();
    }

    /// <summary>Both ends: the server's datagrams take the new path too.</summary>
    [Theory]
    [InlineData(4000, Base)]
    [InlineData(500, 500)]
    public void What_the_application_knew_of_the_path_before_does_not_hold_above_what_every_path_carries(int known, int expected)
    {
        using var pair = new MovingPair();
        pair.ClientConnection.MaxDatagramSize = known;
        pair.ServerConnection.MaxDatagramSize = known;
        Move(pair);
        foreach (ConnectionLog log in (ConnectionLog[])[pair.ClientLog, pair.ServerLog])
        {
            Assert.Equal(expected, log.Connection.MaxDatagramSize);
            Assert.Equal(known == expected ? 0 : 1, log.Count(DtlsEventKind.PathMtuChanged));
        }

        pair.AssertAlive();
    }

    /// <summary>Each probe is a KeyUpdate, and the client counts those that come without data: a server that only receives must not be ended for them.</summary>
    [Fact]
    public void A_server_that_sends_nothing_survives_any_number_of_moves()
    {
        using var pair = new MovingPair(server: static config => config with { MaxProbedDatagramSize = Most });
        pair.Forward = datagram => datagram.Source.Port != MovingPair.Server.Port || datagram.Payload.Length <= 1400;
        DtlsAddress[] places = [MovingPair.Elsewhere, MovingPair.Further, MovingPair.Client];
        for (int i = 0; i < 6; i++)
        {
            DtlsAddress place = places[i % places.Length];
            Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, place));
            pair.Pair.DriveUntil(() => pair.ServerConnection.Path.Remote == place);
            pair.FromClient();
            pair.Settle(120_000);
        }

        Assert.False(pair.ClientLog.IsClosed);
        pair.AssertAlive();

        // It is searched again once it matters.
        for (int i = 0; i < 20; i++)
        {
            pair.FromServer();
            pair.Settle(60_000);
        }

        Assert.InRange(pair.ServerConnection.MaxDatagramSize, 1400 - 16, 1400);
        pair.AssertAlive();
    }

    /// <summary>Until the path is known to be the peer's.</summary>
    private static void Move(MovingPair pair)
    {
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        pair.Pair.DriveUntil(() => pair.ClientConnection.Path.Local == MovingPair.Elsewhere && pair.ServerConnection.Path.Remote == MovingPair.Elsewhere);
    }
}
