using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Admission;

/// <summary>Limits of an endpoint, and of several that share them.</summary>
public sealed class EndpointAdmissionTests
{
    [Fact]
    public void An_address_has_so_many_connections_and_the_next_one_when_one_ends()
    {
        using var world = new World(new DtlsAdmissionLimits { MaxConnectionsPerAddress = 2 });
        DtlsNode first = world.Connect(1, 100);
        DtlsNode second = world.Connect(1, 101);
        DtlsNode third = world.Connect(1, 102, isRefused: true);
        DtlsNode elsewhere = world.Connect(2, 100);
        Assert.True(world.Admission.Statistics.RefusedByAddress > 0);
        Assert.Equal(2, world.Admission.Statistics.Addresses);
        Assert.Equal(1, world.Admission.Statistics.FullAddresses);
        Assert.False(third.Log.IsConnected);

        world.Server.Close(world.Server.Logs[0].Connection);
        world.Settle();
        Assert.Contains(DtlsEventKind.PeerClosed, first.Log.Events);
        Assert.Equal(2, world.Admission.Statistics.Connections);
        world.Connect(1, 103);
        Assert.True(second.Log.IsConnected && elsewhere.Log.IsConnected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_client_that_cannot_come_in_ends_nobody_elses_handshake(bool byAddress)
    {
        using var world = new World(byAddress
            ? new DtlsAdmissionLimits { MaxHandshakes = 1, MaxConnectionsPerAddress = 1 }
            : new DtlsAdmissionLimits { MaxHandshakes = 1, MaxHandshakesPerSecond = 1 });
        world.Connect(1, 100);
        DtlsConnection halfOpen = world.BeginAndVanish(2, 100)!;
        Assert.Equal(DtlsState.WaitFinished, halfOpen.State);
        Assert.Null(world.BeginAndVanish(1, 101)); // with its cookie
        Assert.True(byAddress ? world.Admission.Statistics.RefusedByAddress > 0 : world.Admission.Statistics.RefusedByRate > 0);
        Assert.Null(halfOpen.Failure);

        // Whoever can come in takes the place.
        world.Settle(TimeSpan.FromSeconds(2));
        Assert.NotNull(world.BeginAndVanish(3, 100));
        Assert.Equal(DtlsFailureReason.Displaced, halfOpen.Failure?.Reason);
    }

    [Fact]
    public void Endpoints_that_share_an_admission_share_its_limits()
    {
        using var world = new World(new DtlsAdmissionLimits { MaxConnections = 2, MaxHandshakes = 2, MaxConnectionsPerAddress = 1 });
        DtlsNode other = world.AddServer();
        world.Connect(1, 100);
        world.Connect(1, 101, isRefused: true, server: other);
        world.Connect(2, 100, server: other);
        world.Connect(3, 100, isRefused: true);
        Assert.Equal(2, world.Admission.Statistics.Connections);
        world.Server.Close(world.Server.Connection);
        other.Close(other.Connection);
        world.Settle();
        Assert.Equal(0, world.Admission.Statistics.Connections);
        Assert.Equal(0, world.Admission.Statistics.Addresses);
    }

    [Fact]
    public void An_endpoint_that_is_disposed_gives_its_places_back()
    {
        using var world = new World(new DtlsAdmissionLimits { MaxConnectionsPerAddress = 5 });
        world.Connect(1, 100);
        world.BeginAndVanish(2, 100);
        Assert.Equal((2, 1, 2), (world.Admission.Statistics.Connections, world.Admission.Statistics.Handshakes, world.Admission.Statistics.Addresses));
        world.Server.Endpoint!.Dispose();
        Assert.Equal((0, 0, 0), (world.Admission.Statistics.Connections, world.Admission.Statistics.Handshakes, world.Admission.Statistics.Addresses));
    }

    [Fact]
    public void Cookies_are_asked_for_by_load()
    {
        using var world = new World(new DtlsAdmissionLimits { CookieThreshold = 3 });
        DtlsNode early = world.Connect(1, 100);
        Assert.False(early.Connection.UsedHelloRetryRequest);
        for (int i = 0; i < 10; i++)
            world.Server.Receive(DtlsNetwork.Address(200 + i, 1), world.Hello);
        Assert.Equal(3, world.Admission.Statistics.Handshakes);
        Assert.Equal(7, world.Admission.Statistics.CookiesSent);
        Assert.Equal(4, world.Admission.Statistics.AdmittedWithoutCookie);

        // The good client is let in beside them, and only then counted for its address.
        DtlsNode during = world.Connect(2, 100);
        Assert.True(during.Connection.UsedHelloRetryRequest);
        Assert.Equal(2, world.Admission.Statistics.Addresses);

        // The others never answer, and their handshakes time out.
        world.Settle(TimeSpan.FromMinutes(10));
        Assert.Equal(0, world.Admission.Statistics.Handshakes);
        Assert.False(world.Admission.IsAskingForCookies);
        Assert.False(world.Connect(3, 100).Connection.UsedHelloRetryRequest);
    }

    [Fact]
    public void Without_a_cookie_an_address_is_counted_when_its_handshake_is_done()
    {
        using var world = new World(new DtlsAdmissionLimits { CookieThreshold = 3, MaxConnectionsPerAddress = 1 });
        world.Connect(1, 100);
        DtlsNode second = world.AddClient(1, 101);
        world.Settle();
        Assert.Equal(DtlsFailureReason.PeerAlert, second.Connection.Failure?.Reason);
        Assert.Equal(DtlsFailureReason.TooManyConnections, world.Server.Log.Connection.Failure?.Reason);
        Assert.DoesNotContain(DtlsEventKind.Connected, world.Server.Log.Events);
        Assert.Equal(1, world.Admission.Statistics.Connections);
    }

    [Fact]
    public void An_address_has_so_many_handshakes_a_second_and_what_is_sent_in_its_name_does_not_count()
    {
        using var world = new World(new DtlsAdmissionLimits { MaxHandshakesPerSecondPerAddress = 1 });
        for (int i = 0; i < 20; i++)
            world.Server.Receive(DtlsNetwork.Address(11, 200 + i), world.Hello); // in the name of the first client
        DtlsNode first = world.AddClient(1, 100);
        DtlsNode second = world.AddClient(1, 101);
        DtlsNode elsewhere = world.AddClient(2, 100);
        world.Settle(TimeSpan.FromMilliseconds(500));
        Assert.Equal((true, false, true), (first.Log.IsConnected, second.Log.IsConnected, elsewhere.Log.IsConnected));
        Assert.True(world.Admission.Statistics.RefusedByAddressRate > 0);

        // Its client asks again, and nobody has told it anything else.
        world.Settle(TimeSpan.FromSeconds(5));
        Assert.True(second.Log.IsConnected);
    }

    [Fact]
    public void An_address_that_is_too_fast_is_asked_for_cookies_where_load_decides()
    {
        using var world = new World(new DtlsAdmissionLimits { CookieThreshold = 50, MaxHandshakesPerSecondPerAddress = 2 });
        DtlsNode first = world.AddClient(1, 100);
        DtlsNode second = world.AddClient(1, 101);
        world.Settle(TimeSpan.FromMilliseconds(100));
        Assert.True(first.Log.IsConnected && second.Log.IsConnected);
        Assert.Equal(0, world.Admission.Statistics.CookiesSent);
        DtlsNode third = world.AddClient(1, 102);
        world.Settle(TimeSpan.FromMilliseconds(100));
        Assert.False(third.Log.IsConnected);
        Assert.Equal(1, world.Admission.Statistics.CookiesSent);
        Assert.True(world.Admission.Statistics.RefusedByAddressRate > 0);
        world.Settle(TimeSpan.FromSeconds(5));
        Assert.True(third.Log.IsConnected);
    }

    [Fact]
    public void A_client_that_moves_counts_where_it_is()
    {
        using var world = new World(new DtlsAdmissionLimits { MaxConnectionsPerAddress = 1 }, connectionIdLength: 8);
        DtlsNode first = world.Connect(1, 100);
        world.Move(first, 1, 101); // another port is no other address
        Assert.Equal((1, 1), (world.Admission.Statistics.Addresses, world.Admission.Statistics.FullAddresses));
        world.Connect(1, 102, isRefused: true);

        world.Move(first, 2, 100);
        DtlsNode second = world.Connect(1, 103);
        world.Connect(2, 101, isRefused: true);
        Assert.Equal((2, 2, 2), (world.Admission.Statistics.Connections, world.Admission.Statistics.Addresses, world.Admission.Statistics.FullAddresses));

        // And is counted no more there when it ends, once.
        world.Server.Close(world.Server.Logs[0].Connection);
        world.Settle();
        Assert.Equal((1, 1, 1), (world.Admission.Statistics.Connections, world.Admission.Statistics.Addresses, world.Admission.Statistics.FullAddresses));
        world.Connect(2, 102);
        Assert.True(second.Log.IsConnected);
        world.Server.Endpoint!.Dispose();
        Assert.Equal((0, 0, 0), (world.Admission.Statistics.Connections, world.Admission.Statistics.Addresses, world.Admission.Statistics.FullAddresses));
    }

    /// <summary>Else whoever has two addresses could come in by one of them as often as it likes, and keep all connections at the other.</summary>
    [Fact]
    public void A_client_that_moves_to_an_address_with_enough_connections_lives_and_counts_where_it_was()
    {
        using var world = new World(new DtlsAdmissionLimits { MaxConnectionsPerAddress = 1 }, connectionIdLength: 8);
        DtlsNode mover = world.Connect(1, 100);
        DtlsNode resident = world.Connect(2, 100);
        world.Move(mover, 2, 101);
        Assert.Equal((2, 2, 2), (world.Admission.Statistics.Connections, world.Admission.Statistics.Addresses, world.Admission.Statistics.FullAddresses));
        Assert.False(world.Server.Logs[0].IsClosed || world.Server.Logs[1].IsClosed);
        world.Connect(1, 101, isRefused: true);

        // Its next move finds a place.
        world.Move(mover, 3, 100);
        Assert.Equal((2, 2, 2), (world.Admission.Statistics.Connections, world.Admission.Statistics.Addresses, world.Admission.Statistics.FullAddresses));
        world.Connect(1, 102);
        Assert.True(resident.Log.IsConnected);
        world.Server.Endpoint!.Dispose();
        Assert.Equal((0, 0, 0), (world.Admission.Statistics.Connections, world.Admission.Statistics.Addresses, world.Admission.Statistics.FullAddresses));
    }

    [Fact]
    public void Nothing_begins_while_the_admission_is_closed_and_what_has_begun_goes_on()
    {
        using var world = new World(new DtlsAdmissionLimits());
        DtlsNode first = world.Connect(1, 100);
        world.Admission.IsOpen = false;
        world.Connect(2, 100, isRefused: true);
        Assert.Equal(1UL, Math.Min(1UL, world.Server.Endpoint!.Statistics.Discarded(DiscardReason.LimitReached)));
        Assert.True(world.Admission.Statistics.RefusedWhileClosed > 0);
        Assert.Equal(DtlsWriteResult.Success, first.Write(first.Connection, [1, 2, 3]));
        world.Settle();
        Assert.Single(world.Server.Logs[0].Received);
    }

    [Fact]
    public void Forged_cookies_are_counted()
    {
        using var world = new World(new DtlsAdmissionLimits());
        byte[]? second = null;
        world.Network.OnSend = datagram =>
        {
            if (datagram.Destination == DtlsPair.ServerAddress && world.Admission.Statistics.CookiesSent == 1)
                second ??= datagram.Payload;
            return second is null;
        };
        world.AddClient(1, 100);
        world.Settle();
        Assert.NotNull(second);
        world.Server.Receive(DtlsNetwork.Address(9, 9), second);
        Assert.Equal(1, world.Admission.Statistics.CookiesRefused);
        Assert.Equal(0, world.Admission.Statistics.Connections);
    }

    /// <summary>A callback of the application may throw at what a client says, and clients may say it as often as they like.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void A_handshake_that_begins_with_an_exception_gives_its_place_back(int? cookieThreshold)
    {
        bool isBroken = true;
        using var world = new World(
            new DtlsAdmissionLimits { MaxHandshakes = cookieThreshold + 1 ?? 1, MaxConnectionsPerAddress = 1, CookieThreshold = cookieThreshold },
            config => config with { SelectApplicationProtocol = hello => isBroken ? throw new InvalidTimeZoneException() : DtlsProtocolChoice.Use(hello.ApplicationProtocols[0]) });
        DtlsNode client = world.AddClient(1, 100);
        Assert.Throws<InvalidTimeZoneException>(() => world.Settle());
        DtlsAdmissionStatistics statistics = world.Admission.Statistics;
        Assert.Equal((1, 0, 0, 0), (statistics.Admitted, statistics.Connections, statistics.Handshakes, statistics.Addresses));
        Assert.Equal((0, 0), (world.Server.Endpoint!.ConnectionCount, world.Server.Endpoint.HandshakeCount));

        // The client asks again, and there is room for it.
        isBroken = false;
        world.Settle(TimeSpan.FromSeconds(5));
        Assert.True(client.Log.IsConnected);
    }

    /// <summary>A server with an admission, and clients of all addresses.</summary>
    private sealed class World : IDisposable
    {
        private readonly DtlsConfig _config;
        private readonly int? _clientIdLength;
        private readonly List<DtlsNode> _servers = [];

        public World(DtlsAdmissionLimits limits, Func<DtlsConfig, DtlsConfig>? configure = null, int? connectionIdLength = null)
        {
            Network = new DtlsNetwork(1);
            DtlsConfig config = DtlsPair.Config(TestProviders.Default, 1);
            _clientIdLength = connectionIdLength is null ? null : 0;
            _config = config with { ConnectionIdLength = connectionIdLength, Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] };
            _config = configure?.Invoke(_config) ?? _config;
            Admission = new DtlsAdmission(limits);
            Server = AddServer();
        }

        public DtlsNetwork Network { get; }

        public DtlsAdmission Admission { get; }

        public DtlsNode Server { get; }

        public byte[] Hello { get; } = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 1))[0];

        public DtlsNode AddServer()
        {
            DtlsNode node = Network.AddNode(
                DtlsNetwork.Address(1, 4433 + _servers.Count),
                NetemOptions.Perfect,
                new DtlsEndpoint(new DtlsEndpointConfig { Server = _config, Admission = Admission }));
            _servers.Add(node);
            return node;
        }

        public DtlsNode AddClient(int host, int port, DtlsNode? server = null)
        {
            DtlsNode node = Network.AddNode(DtlsNetwork.Address(host + 10, port), NetemOptions.Perfect);
            DtlsConfig config = DtlsPair.Config(TestProviders.Default, (ulong)((host * 1000) + port)) with
            {
                ServerName = TestCertificates.HostName,
                ApplicationProtocols = [new DtlsApplicationProtocol("a")],
                ConnectionIdLength = _clientIdLength,
            };
            node.Connect(config, (server ?? Server).Address);
            return node;
        }

        public DtlsNode Connect(int host, int port, bool isRefused = false, DtlsNode? server = null)
        {
            DtlsNode node = AddClient(host, port, server);
            Network.RunFor(TimeSpan.FromSeconds(3));
            Assert.Equal(!isRefused, node.Log.IsConnected);
            if (isRefused)
                node.Connection.Dispose();
            return node;
        }

        /// <summary>A NAT gives a client another address, and the server learns of it.</summary>
        public void Move(DtlsNode client, int host, int port)
        {
            DtlsAddress outside = DtlsNetwork.Address(host + 10, port);
            Network.Rebind(client.Address, outside);
            Assert.Equal(DtlsWriteResult.Success, client.Write(client.Connection, [1, 2, 3]));
            Settle(TimeSpan.FromSeconds(10));
            Assert.Contains(Server.Logs, log => !log.IsClosed && log.Connection.Path.Remote == outside);
        }

        /// <summary>A client that returns its cookie and is not heard of again.</summary>
        public DtlsConnection? BeginAndVanish(int host, int port)
        {
            DtlsAddress address = DtlsNetwork.Address(host + 10, port);
            long admitted = Admission.Statistics.Admitted;
            int toClient = 0;
            Network.OnSend = datagram => datagram.Destination != address || toClient++ == 0;
            DtlsNode node = AddClient(host, port);
            Network.RunFor(TimeSpan.FromMilliseconds(200));
            Network.OnSend = null;
            node.Connection.Dispose();
            return Admission.Statistics.Admitted > admitted ? Server.Log.Connection : null;
        }

        public void Settle(TimeSpan? duration = null) => Network.RunFor(duration ?? TimeSpan.FromSeconds(2));

        public void Dispose()
        {
            foreach (DtlsNode server in _servers)
                server.Endpoint!.Dispose();
        }
    }
}
