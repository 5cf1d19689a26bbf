using System;
using System.Linq;
using Sockets.Dtls.Paths;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>The search for the largest datagram a path carries (RFC 9147 §4.4, RFC 8899).</summary>
public sealed class PathMtuTests
{
    private const int Base = 1200;
    private const int Most = 1472;

    [Fact]
    public void A_wide_path_is_found_with_one_probe()
    {
        using DtlsPair pair = Make(65_535);
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromSeconds(30));
        AssertFound(pair, Most, Most);
        Assert.Equal(1, pair.Client.Log.Count(DtlsEventKind.PathMtuChanged));
        Assert.Equal(1, pair.Client.Log.Count(DtlsEventKind.WriteKeyUpdated));
        AssertCarries(pair);
    }

    [Theory]
    [InlineData(1_280)]
    [InlineData(1_372)]
    [InlineData(1_452)]
    public void A_narrower_path_is_found_in_steps(int mtu)
    {
        using DtlsPair pair = Make(mtu);
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(5));
        AssertFound(pair, mtu - 16, mtu);
        Assert.InRange(pair.Client.Log.Count(DtlsEventKind.WriteKeyUpdated), 2, PathMtuSearch.MaxProbes);
        AssertCarries(pair);
    }

    [Fact]
    public void Where_there_is_nothing_to_find_nothing_changes_and_the_search_ends()
    {
        using DtlsPair pair = Make(Base);
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(5));
        AssertFound(pair, Base, Base);
        int probes = pair.Client.Log.Count(DtlsEventKind.WriteKeyUpdated);
        Assert.InRange(probes, PathMtuSearch.MaxLosses, PathMtuSearch.MaxProbes);

        // Without application data there is no further round: a peer ends a connection that does nothing but change keys.
        pair.Settle(TimeSpan.FromHours(3));
        Assert.Equal(probes, pair.Client.Log.Count(DtlsEventKind.WriteKeyUpdated));
        AssertCarries(pair);
    }

    [Fact]
    public void A_probe_that_is_lost_by_chance_is_tried_again()
    {
        using DtlsPair pair = Make(65_535);
        int dropped = 0;
        pair.Network.OnSend = datagram => datagram.Payload.Length <= Base || dropped++ >= 2;
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(1));
        AssertFound(pair, Most, Most);
    }

    /// <summary>RFC 8899 §4.3: what was confirmed once and does not arrive any more.</summary>
    [Fact]
    public void A_path_that_becomes_narrower_is_noticed()
    {
        using DtlsPair pair = Make(65_535);
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromSeconds(30));
        AssertFound(pair, Most, Most);
        pair.Network.OnSend = static datagram => datagram.Payload.Length <= 1300;
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, new byte[10]));
        pair.Settle(PathMtuSearch.RoundInterval + TimeSpan.FromMinutes(5));
        Assert.InRange(pair.Client.Connection.MaxDatagramSize, 1284, 1300);
        AssertCarries(pair);
    }

    [Fact]
    public void What_the_system_refuses_is_given_up_at_once()
    {
        using DtlsPair pair = Make(65_535);
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromSeconds(30));
        pair.Client.Connection.ReportTooLarge(pair.Network.Clock.Now);
        pair.Client.Drain();
        Assert.Equal(Base, pair.Client.Connection.MaxDatagramSize);
        Assert.Equal(2, pair.Client.Log.Count(DtlsEventKind.PathMtuChanged));
    }

    [Fact]
    public void The_application_may_end_the_search()
    {
        using DtlsPair pair = Make(65_535);
        pair.DriveToConnected();
        pair.Client.Connection.MaxDatagramSize = 900;
        pair.Settle(TimeSpan.FromSeconds(30));
        Assert.Equal(900, pair.Client.Connection.MaxDatagramSize);
    }

    /// <summary>RFC 8449: padding counts, so a probe cannot be larger than a record may be.</summary>
    [Fact]
    public void Probes_keep_to_the_peers_record_size_limit()
    {
        using DtlsPair pair = Make(65_535, static config => config with { RecordSizeLimit = 1300 });
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(1));
        Assert.InRange(pair.Client.Connection.MaxDatagramSize, 1300, 1300 + 21);
        Assert.Equal(1299, pair.Client.Connection.MaxPlaintextSize);
        AssertCarries(pair);
    }

    [Fact]
    public void Nothing_is_searched_by_default()
    {
        using DtlsPair pair = DtlsPair.Create();
        int largest = 0;
        pair.Network.OnSend = datagram =>
        {
            largest = Math.Max(largest, datagram.Payload.Length);
            return true;
        };
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromHours(1));
        Assert.Equal(0, pair.Client.Log.Count(DtlsEventKind.WriteKeyUpdated));
        Assert.InRange(largest, 1, Base);
        Assert.Equal(MonotonicTime.Never, pair.Client.Connection.NextTimeout);
    }

    [Theory]
    [InlineData(1199)]
    [InlineData(65_508)]
    [InlineData(-1)]
    public void A_search_ends_above_where_it_begins(int size)
    {
        var config = new DtlsConfig { Crypto = TestProviders.Default, MaxProbedDatagramSize = size };
        Assert.Equal(nameof(DtlsConfig.MaxProbedDatagramSize), Assert.Throws<ArgumentException>(config.Validate).ParamName);
    }

    [Fact]
    public void A_round_is_bounded_whatever_arrives()
    {
        var random = new SeededRandom(7);
        for (int run = 0; run < 500; run++)
        {
            MonotonicTime now = MonotonicTime.Zero + TimeSpan.FromSeconds(run);
            var search = new PathMtuSearch(Base, 65_507, now);
            int probes = 0;
            while (!search.IsNewRound)
            {
                Assert.NotEqual(MonotonicTime.Never, search.NextProbe);
                int size = search.Begin();
                Assert.InRange(size, Base, 65_507);
                Assert.True(++probes <= PathMtuSearch.MaxProbes);
                now = search.NextProbe == MonotonicTime.Never ? now : search.NextProbe;
                search.Conclude(random.Next(2) == 0 ? size : 0, now);
            }

            Assert.InRange(search.Size, Base, 65_507);
        }
    }

    private static DtlsPair Make(int mtu, Func<DtlsConfig, DtlsConfig>? server = null)
    {
        DtlsPair pair = DtlsPair.Create(
            client: static config => config with { MaxProbedDatagramSize = Most },
            server: config => server?.Invoke(config) ?? config);
        pair.Server.Inbound.Options = pair.Server.Inbound.Options with { Mtu = mtu };
        return pair;
    }

    private static void AssertFound(DtlsPair pair, int least, int most)
    {
        Assert.Equal(DtlsState.Connected, pair.Client.Connection.State);
        Assert.InRange(pair.Client.Connection.MaxDatagramSize, least, most);
        Assert.Equal(Base, pair.Server.Connection.MaxDatagramSize);
    }

    private static void AssertCarries(DtlsPair pair)
    {
        byte[] largest = new SeededRandom(3).Bytes(pair.Client.Connection.MaxPlaintextSize);
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, largest));
        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.Equal(largest, pair.Server.Log.Received.Last());
    }
}
