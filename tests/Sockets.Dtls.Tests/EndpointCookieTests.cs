using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>The stateless opening of a handshake at an endpoint (RFC 9147 §5.1).</summary>
public sealed class EndpointCookieTests
{
    private const int RandomOffset = 13 + 12 + 2;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    public static TheoryData<bool> Sizes() => [false, true];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Nothing_is_kept_before_the_cookie(bool large)
    {
        using DtlsPair pair = Make(large);
        int fromServer = 0;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ServerAddress && fromServer++ == 0)
            {
                Assert.Equal(0, pair.Server.Endpoint!.ConnectionCount);
                Assert.Empty(pair.Server.Logs);
            }

            return true;
        };
        pair.DriveToConnected();
        Assert.True(pair.Client.Connection.UsedHelloRetryRequest);
        Assert.Equal(DtlsEventKind.Accepted, pair.Server.Log.Events[0]);
        Assert.Equal(1, pair.Server.Endpoint!.ConnectionCount);
    }

    [Fact]
    public void Without_a_cookie_one_round_trip_is_saved()
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig { RequireCookie = false });
        pair.DriveToConnected();
        Assert.False(pair.Client.Connection.UsedHelloRetryRequest);
    }

    /// <summary>A forged ClientHello from an address that a handshake runs with would take that one's place.</summary>
    [Fact]
    public void Where_load_asks_for_no_cookies_a_path_in_use_needs_one_all_the_same()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { CookieThreshold = 100 });
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig { Admission = admission });
        byte[] forged = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 77))[0];
        int fromServer = 0;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ServerAddress && fromServer++ == 0)
            {
                for (int i = 0; i < 3; i++)
                    pair.Server.Receive(DtlsPair.ClientAddress, [.. forged]);
                Assert.Equal(1, pair.Server.Endpoint!.ConnectionCount);
            }

            return true;
        };
        pair.DriveToConnected();
        Assert.False(pair.Client.Connection.UsedHelloRetryRequest);
        Assert.Single(pair.Server.Logs);
        Assert.Equal(3, admission.Statistics.CookiesSent);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Another_group_is_asked_for_with_and_without_a_cookie(bool large)
    {
        foreach (bool requireCookie in new[] { true, false })
        {
            using DtlsPair pair = DtlsPair.Create(
                client: config => (large ? ClientHellos.Enlarge(config) : config) with { Groups = [NamedGroup.X25519, NamedGroup.Secp256r1] },
                server: static config => config with { Groups = [NamedGroup.Secp256r1] },
                endpoint: new DtlsEndpointConfig { RequireCookie = requireCookie });
            pair.DriveToConnected();
            Assert.True(pair.Client.Connection.UsedHelloRetryRequest);
            Assert.Equal(NamedGroup.Secp256r1, pair.Server.Connection.Group);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    [Conformance("RFC 9147", "11", "A cookie depends on the client's address.", "Sockets.Dtls/Handshake/CookieJar.cs")]
    public void A_cookie_is_good_for_its_address_only(bool large)
    {
        using DtlsPair pair = Make(large);
        List<byte[]> second = CaptureSecondClientHello(pair);
        DtlsAddress elsewhere = DtlsNetwork.Address(99, 40_000);
        DtlsAddress otherPort = DtlsNetwork.Address(2, 40_001);
        AssertRefused(pair, elsewhere, second);
        AssertRefused(pair, otherPort, second);
        Release(pair, second);
    }

    [Fact]
    public void A_cookie_expires()
    {
        using DtlsPair pair = Make(large: false);
        List<byte[]> second = CaptureSecondClientHello(pair);
        pair.Network.Clock.Advance(Lifetime + TimeSpan.FromSeconds(1));
        AssertRefused(pair, DtlsPair.ClientAddress, second);
    }

    [Fact]
    public void A_cookie_outlives_one_change_of_its_key()
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig { CookieLifetime = TimeSpan.FromMinutes(30), CookieKeyLifetime = TimeSpan.FromMinutes(30) });
        List<byte[]> second = CaptureSecondClientHello(pair);
        for (int i = 0; i < 29; i++)
        {
            pair.Network.Clock.Advance(TimeSpan.FromMinutes(1));
            if (pair.Server.EngineTimeout <= pair.Network.Clock.Now)
                pair.Server.HandleDue();
        }

        Release(pair, second);
    }

    [Fact]
    public void A_cookie_belongs_to_its_client_hello()
    {
        using DtlsPair pair = Make(large: false);
        List<byte[]> second = CaptureSecondClientHello(pair);
        for (int i = 0; i < 32; i++)
        {
            byte[] changed = [.. second[0]];
            changed[RandomOffset + i] ^= 1;
            AssertRefused(pair, DtlsPair.ClientAddress, [changed]);
        }

        Release(pair, second);
    }

    [Fact]
    [Conformance("RFC 9147", "11", "Nobody but the endpoint can make a cookie that it accepts.", "Sockets.Dtls/Handshake/CookieJar.cs")]
    public void A_forged_cookie_is_refused()
    {
        using DtlsPair pair = Make(large: false);
        List<byte[]> second = CaptureSecondClientHello(pair);
        (int start, int length) = FindCookie(second[0]);
        for (int i = 0; i < length; i++)
        {
            byte[] changed = [.. second[0]];
            changed[start + i] ^= 0x10;
            AssertRefused(pair, DtlsPair.ClientAddress, [changed]);
        }

        Release(pair, second);
    }

    [Fact]
    public void A_second_client_hello_that_comes_twice_makes_one_connection()
    {
        using DtlsPair pair = Make(large: false);
        List<byte[]> second = CaptureSecondClientHello(pair);
        Release(pair, second);
        foreach (byte[] datagram in second)
            pair.Server.Receive(DtlsPair.ClientAddress, datagram);
        pair.Settle(TimeSpan.FromMinutes(5));
        Assert.Equal(1, pair.Server.Endpoint!.ConnectionCount);
        Assert.False(pair.Server.Logs[0].IsClosed);
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [5]));
        pair.Settle();
        Assert.Single(pair.Server.Logs[0].Received);
    }

    [Fact]
    public void Fragments_of_a_large_client_hello_may_come_in_any_order_and_twice()
    {
        using DtlsPair pair = Make(large: true);
        List<NetemDatagram> held = [];
        bool releasing = false;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source != DtlsPair.ClientAddress || releasing || pair.Server.Logs.Count > 0)
                return true;
            if (held.Count == 0)
            {
                pair.Network.After(TimeSpan.FromMilliseconds(1), () =>
                {
                    releasing = true;
                    for (int i = held.Count - 1; i >= 0; i--)
                    {
                        pair.Network.Send(held[i].Source, held[i].Destination, held[i].Payload);
                        pair.Network.Send(held[i].Source, held[i].Destination, held[^1].Payload);
                    }

                    held.Clear();
                    releasing = false;
                });
            }

            held.Add(datagram);
            return false;
        };
        pair.DriveToConnected();
    }

    [Fact]
    public void Strangers_that_send_no_client_hello_are_counted()
    {
        using DtlsPair pair = Make(large: false);
        DtlsEndpoint endpoint = pair.Server.Endpoint!;
        Send([0x2F, 0, 1, 0, 40, .. new byte[40]], DiscardReason.UnknownConnection);
        Send(PlaintextRecords.Record(21, [2, 40]), DiscardReason.UnknownConnection);
        Send(PlaintextRecords.Record(22, PlaintextRecords.Fragment(2, 10, 0, 0, 10, new byte[10])), DiscardReason.UnknownConnection);
        Assert.Equal(0, pair.Network.DatagramsSent);

        // Only somebody who at least tries is told what is wrong.
        Send(PlaintextRecords.Record(22, PlaintextRecords.Fragment(1, 60, 0, 0, 60, new byte[60])), DiscardReason.InvalidClientHello);
        Assert.InRange(pair.Network.DatagramsSent, 0, 1);
        Assert.Equal(0, endpoint.ConnectionCount);

        void Send(byte[] datagram, DiscardReason reason)
        {
            ulong before = endpoint.Statistics.Discarded(reason);
            pair.Server.Receive(DtlsNetwork.Address(55, 55), datagram);
            Assert.Equal(before + 1, endpoint.Statistics.Discarded(reason));
        }
    }

    [Fact]
    public void An_endpoint_without_a_server_answers_nobody()
    {
        var network = new DtlsNetwork(1);
        using var endpoint = new DtlsEndpoint(new DtlsEndpointConfig());
        DtlsNode node = network.AddNode(DtlsPair.ServerAddress, NetemOptions.Perfect, endpoint);
        byte[] hello = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 1))[0];
        node.Receive(DtlsPair.ClientAddress, hello);
        Assert.Equal(1UL, endpoint.Statistics.Discarded(DiscardReason.NotAServer));
        Assert.Equal(0, network.DatagramsSent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Limits_on_connections_hold(bool limitHandshakes)
    {
        var network = new DtlsNetwork(1);
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 1);
        config = config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] };
        DtlsEndpointConfig settings = limitHandshakes ? new DtlsEndpointConfig { MaxHandshakes = 3 } : new DtlsEndpointConfig { MaxConnections = 3 };
        using var endpoint = new DtlsEndpoint(settings with { Server = config, RequireCookie = false });
        DtlsNode node = network.AddNode(DtlsPair.ServerAddress, NetemOptions.Perfect, endpoint);
        byte[] hello = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 1))[0];
        for (int i = 0; i < 10; i++)
            node.Receive(DtlsNetwork.Address(200 + i, 1), hello);
        Assert.Equal(3, endpoint.ConnectionCount);
        Assert.Equal(7UL, endpoint.Statistics.Discarded(DiscardReason.LimitReached));

        network.RunFor(TimeSpan.FromMinutes(10));
        Assert.Equal(0, endpoint.ConnectionCount);
        node.Receive(DtlsNetwork.Address(300, 1), hello);
        Assert.Equal(1, endpoint.ConnectionCount);
    }

    private static DtlsPair Make(bool large) => DtlsPair.Create(
        client: config => large ? ClientHellos.Enlarge(config) : config,
        endpoint: new DtlsEndpointConfig { CookieLifetime = Lifetime });

    /// <summary>Holds back the client's answer to the cookie.</summary>
    private static List<byte[]> CaptureSecondClientHello(DtlsPair pair)
    {
        List<byte[]> second = [];
        bool asked = false;
        pair.Network.OnSend = datagram =>
        {
            asked |= datagram.Source == DtlsPair.ServerAddress;
            if (!asked || datagram.Source != DtlsPair.ClientAddress)
                return true;
            second.Add(datagram.Payload);
            return false;
        };
        pair.Start();
        Assert.True(pair.Network.RunUntil(() => second.Count > 0), "no cookie was asked for");
        Assert.Equal(0, pair.Server.Endpoint!.ConnectionCount);
        return second;
    }

    private static void AssertRefused(DtlsPair pair, DtlsAddress source, List<byte[]> datagrams)
    {
        DtlsEndpoint endpoint = pair.Server.Endpoint!;
        ulong before = endpoint.Statistics.Discarded(DiscardReason.InvalidCookie);
        foreach (byte[] datagram in datagrams)
            pair.Server.Receive(source, datagram);
        Assert.Equal(before + 1, endpoint.Statistics.Discarded(DiscardReason.InvalidCookie));
        Assert.Equal(0, endpoint.ConnectionCount);
        Assert.Empty(pair.Server.Logs);
    }

    private static void Release(DtlsPair pair, List<byte[]> second)
    {
        pair.Network.OnSend = null;
        foreach (byte[] datagram in second)
            pair.Server.Receive(DtlsPair.ClientAddress, datagram);
        pair.DriveUntil(() => pair.IsConnected);
    }

    /// <summary>The cookie inside extension 44 of a ClientHello in one datagram.</summary>
    private static (int Start, int Length) FindCookie(byte[] datagram)
    {
        for (int at = RandomOffset + 32; at < datagram.Length - 6; at++)
        {
            int extension = (datagram[at] << 8) | datagram[at + 1];
            int outer = (datagram[at + 2] << 8) | datagram[at + 3];
            int inner = (datagram[at + 4] << 8) | datagram[at + 5];
            if (extension == 44 && outer == inner + 2 && inner > 8 && at + 6 + inner <= datagram.Length)
                return (at + 6, inner);
        }

        throw new InvalidOperationException("There is no cookie in the second ClientHello.");
    }
}
