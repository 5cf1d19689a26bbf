using System.Collections.Concurrent;
using System.Net;
using Sockets.Dtls;
using Sockets.Testing;
using Sockets.Tests.Diagnostics;

namespace Sockets.Tests.Connections;

/// <summary>A server with many clients: limits, times, statistics, events, the end.</summary>
public sealed class ConnectionManagerTests
{
    [Fact]
    public async Task It_serves_on_several_addresses_and_knows_who_is_there()
    {
        await using ManagerRig rig = ManagerRig.Start(addresses: 2);
        Assert.Equal(2, rig.Manager.LocalEndPoints.Count);
        (DtlsChannel first, DtlsChannel firstServer) = await rig.ConnectPairAsync();
        (DtlsChannel second, DtlsChannel secondServer) = await rig.ConnectPairAsync(to: rig.Manager.LocalEndPoints[1]);
        await ManagerRig.ExchangeAsync(first, firstServer, 1);
        await ManagerRig.ExchangeAsync(second, secondServer, 2);
        Assert.Equal(rig.Manager.LocalEndPoints[1], secondServer.LocalEndPoint);
        Assert.Equal(2, rig.Manager.ConnectionCount);
        Assert.Equal(new[] { firstServer, secondServer }.ToHashSet(), rig.Manager.GetConnections().ToHashSet());

        ConnectionManagerStatistics statistics = rig.Manager.Statistics;
        Assert.Equal((2, 0, 2L), (statistics.ActiveConnections, statistics.Handshakes, statistics.Accepted));
        Assert.True(statistics.Admission.CookiesSent >= 2); // more where a client had to ask again
        Assert.Equal(2, statistics.Admission.Connections);
        Assert.Equal(1, statistics.Admission.Addresses);
        Assert.True(statistics is { DatagramsReceived: >= 6, DatagramsSent: >= 6, RecordsReceived: >= 4, RecordsSent: >= 4 });
        Assert.InRange(statistics.BytesReceived, 500UL, 100_000UL);
        ulong before = statistics.BytesSent;

        first.Close();
        Assert.Null(await firstServer.Completion.WaitAsync(Waiting.HangGuard));
        Assert.True(rig.Manager.Statistics.BytesSent >= before, "what a connection has counted went with it");
        Assert.Equal([secondServer], rig.Manager.GetConnections());
    }

    /// <summary>Two handlers that ask for each other's socket would wait for ever, whenever a client likes.</summary>
    [Fact]
    public async Task A_handler_that_asks_the_manager_is_told_and_waits_for_nobody()
    {
        var handler = new AskingHandler();
        await using ManagerRig rig = ManagerRig.Start(secure: security => security.Handler = handler, addresses: 2);
        handler.Manager = rig.Manager;
        await using DtlsChannel other = await rig.ConnectAsync(to: rig.Manager.LocalEndPoints[1]);
        await using DtlsChannel client = await rig.ConnectAsync();
        await Waiting.UntilAsync(() => rig.Manager.GetConnections().Count == 2);
        handler.Other = rig.Manager.GetConnections().Single(channel => channel.LocalEndPoint.Equals(rig.Manager.LocalEndPoints[1]));
        await client.SendAsync(new byte[] { 1 });
        Assert.Equal(4, await handler.Refusals.Task.WaitAsync(Waiting.HangGuard));
        Assert.Equal(2, rig.Manager.ConnectionCount);
    }

    [Fact]
    public async Task The_wildcards_of_both_families_share_a_port()
    {
        using var authority = new TestAuthority();
        var options = new ConnectionManagerOptions { Security = new DtlsServerOptions { Credentials = [authority.ServerCredential()] } };
        await using ConnectionManager manager = StartOnBothWildcards(options);
        int port = manager.LocalEndPoint.Port;
        foreach (IPAddress address in new[] { IPAddress.IPv6Loopback, IPAddress.Loopback })
        {
            var security = new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust };
            await using DtlsChannel client = await DtlsChannel.ConnectAsync(new IPEndPoint(address, port), security).AsTask().WaitAsync(Waiting.HangGuard);
            DtlsChannel server = await manager.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
            Assert.Equal(address, server.LocalEndPoint.Address);
            await ManagerRig.ExchangeAsync(client, server, 5);
        }
    }

    [Fact]
    public void A_port_that_is_taken_leaves_none_of_the_others_taken()
    {
        using var authority = new TestAuthority();
        using var taken = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var options = new ConnectionManagerOptions { Security = new DtlsServerOptions { Credentials = [authority.ServerCredential()] } };
        IPEndPoint first = new(IPAddress.Parse("127.0.0.77"), ((IPEndPoint)taken.LocalEndPoint!).Port); // an address that no other test binds
        var busy = Assert.Throws<System.Net.Sockets.SocketException>(() => ConnectionManager.Start([first, (IPEndPoint)taken.LocalEndPoint!], options));
        Assert.Equal(System.Net.Sockets.SocketError.AddressAlreadyInUse, busy.SocketErrorCode);
        Assert.Contains(taken.LocalEndPoint!.ToString()!, busy.Message, StringComparison.Ordinal);
        using var again = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        again.Bind(first);
    }

    [Fact]
    public async Task Limits_hold_over_all_sockets()
    {
        await using ManagerRig rig = ManagerRig.Start(static options => options with { MaxConnectionsPerAddress = 2 }, addresses: 2);
        (DtlsChannel first, DtlsChannel firstServer) = await rig.ConnectPairAsync();
        (_, DtlsChannel second) = await rig.ConnectPairAsync(to: rig.Manager.LocalEndPoints[1]);
        await rig.AssertRefusedAsync(static statistics => statistics.Admission.RefusedByAddress);
        await ManagerRig.ExchangeAsync(first, firstServer, 1); // nothing is left in the queue of who was refused
        second.Close();
        await second.Completion.WaitAsync(Waiting.HangGuard);
        await rig.ConnectPairAsync(to: rig.Manager.LocalEndPoints[1]);
    }

    [Fact]
    public async Task Who_is_not_accepted_in_time_is_closed()
    {
        await using ManagerRig rig = ManagerRig.Start(static options => options with { AcceptQueueLength = 1 });
        DtlsChannel first = await rig.ConnectAsync();
        DtlsChannel second = await rig.ConnectAsync();
        Assert.Null(await second.Completion.WaitAsync(Waiting.HangGuard));
        Assert.Equal(1, rig.Manager.Statistics.DroppedByQueue);
        DtlsChannel server = await rig.Manager.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
        await ManagerRig.ExchangeAsync(first, server, 3);
    }

    [Fact]
    public async Task What_waits_for_readers_is_bounded_over_all_connections()
    {
        await using ManagerRig rig = ManagerRig.Start(static options => options with { ReceiveQueueSize = 2048, MaxQueuedBytes = 3072 });
        (DtlsChannel first, DtlsChannel firstServer) = await rig.ConnectPairAsync();
        (DtlsChannel second, DtlsChannel secondServer) = await rig.ConnectPairAsync();
        byte[] datagram = new byte[500];
        foreach (DtlsChannel client in new[] { first, second })
        {
            for (int i = 0; i < 4; i++)
                Assert.True(client.TrySend(datagram));
        }

        await Waiting.UntilAsync(() => (rig.Manager.Statistics.QueuedBytes / 504) + firstServer.DatagramsDropped + secondServer.DatagramsDropped == 8);
        Assert.Equal(0, firstServer.DatagramsDropped);
        Assert.Equal(2, secondServer.DatagramsDropped); // its own queue has room
        Assert.Equal(6 * 504, rig.Manager.Statistics.QueuedBytes);
        await ManagerRig.ReceiveAsync(firstServer);
        Assert.Equal(5 * 504, rig.Manager.Statistics.QueuedBytes);
        firstServer.Close();
        await firstServer.Completion.WaitAsync(Waiting.HangGuard);
        Assert.Equal(2 * 504, rig.Manager.Statistics.QueuedBytes);
    }

    [Fact]
    public async Task An_idle_connection_is_closed_and_a_busy_one_is_not()
    {
        var clock = new VirtualTimeProvider();
        var events = new ConcurrentQueue<ConnectionEvent>();
        await using ManagerRig rig = ManagerRig.Start(
            options => options with { IdleTimeout = TimeSpan.FromMinutes(2), EventRaised = events.Enqueue },
            security => security.TimeProvider = clock);
        (DtlsChannel busy, DtlsChannel busyServer) = await rig.ConnectPairAsync(); // clients have the system's clock
        (DtlsChannel idle, DtlsChannel idleServer) = await rig.ConnectPairAsync();
        for (int i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(50));
            await ManagerRig.ExchangeAsync(busy, busyServer, (byte)i);
        }

        DtlsException? failure = await idleServer.Completion.WaitAsync(Waiting.HangGuard);
        Assert.Equal(DtlsFailureReason.IdleTimeout, failure?.Reason);
        Assert.Null(await idle.Completion.WaitAsync(Waiting.HangGuard)); // close_notify
        await ManagerRig.ExchangeAsync(busy, busyServer, 9);
        Assert.Equal(1, rig.Manager.Statistics.IdleConnections);
        await Waiting.UntilAsync(() => events.Any(raised => raised is { Kind: ConnectionEventKind.Closed, Failure.Reason: DtlsFailureReason.IdleTimeout } && raised.Channel == idleServer));
    }

    [Fact]
    public async Task A_handshake_that_goes_no_further_ends_in_time()
    {
        var clock = new VirtualTimeProvider();
        var events = new ConcurrentQueue<ConnectionEvent>();
        await using ManagerRig rig = ManagerRig.Start(
            options => options with { HandshakeTimeout = TimeSpan.FromSeconds(20), Cookies = DtlsCookiePolicy.ByLoad(5), EventRaised = events.Enqueue },
            security => security.TimeProvider = clock);
        using var stranger = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        stranger.SendTo(ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 5))[0], rig.Manager.LocalEndPoint);
        await Waiting.UntilAsync(() => rig.Manager.Statistics.Handshakes == 1);
        rig.Settle(); // its timer is set
        clock.Advance(TimeSpan.FromSeconds(21));
        await Waiting.UntilAsync(() => events.Any(static raised => raised.Kind == ConnectionEventKind.HandshakeFailed));
        Assert.Equal(DtlsFailureReason.HandshakeTimeout, events.Single(static raised => raised.Kind == ConnectionEventKind.HandshakeFailed).Failure?.Reason);
        Assert.Equal((0, 1L, 0), (rig.Manager.Statistics.Handshakes, rig.Manager.Statistics.FailedHandshakes, rig.Manager.Statistics.Admission.Handshakes));
        Assert.Equal((IPEndPoint)stranger.LocalEndPoint! is var local ? local.Port : 0, events.First().RemoteEndPoint.Port);
    }

    [Fact]
    public async Task Events_come_in_order_outside_of_every_lock_and_may_call_anything()
    {
        var events = new ConcurrentQueue<ConnectionEvent>();
        ManagerRig? rig = null;
        Task<int>? stopped = null;
        rig = ManagerRig.Start(options => options with
        {
            EventRaised = raised =>
            {
                events.Enqueue(raised);

                // On another thread and waited for: it would not end if the event came under a lock.
                Task.Run(() =>
                {
                    _ = rig!.Manager.Statistics;
                    _ = rig.Manager.GetConnections();
                    _ = raised.Channel.Statistics;
                }).Wait(Waiting.HangGuard);
                if (raised.Kind == ConnectionEventKind.KeysUpdated && stopped is null)
                {
                    stopped = rig!.Manager.StopAsync(TimeSpan.Zero);
                    Assert.True(stopped.Wait(Waiting.HangGuard));
                }

                throw new InvalidOperationException("an observer's exception changes nothing");
            },
        });
        await using (rig)
        {
            (DtlsChannel client, DtlsChannel server) = await rig.ConnectPairAsync();
            await server.UpdateKeysAsync().WaitAsync(Waiting.HangGuard);
            Assert.Null(await client.Completion.WaitAsync(Waiting.HangGuard));
            await Waiting.UntilAsync(() => events.Any(static raised => raised.Kind == ConnectionEventKind.Closed));
            Assert.Equal(
                [ConnectionEventKind.HandshakeStarted, ConnectionEventKind.HandshakeCompleted, ConnectionEventKind.KeysUpdated, ConnectionEventKind.Closed],
                events.Select(static raised => raised.Kind));
            Assert.All(events, raised => Assert.Same(server, raised.Channel));
            Assert.Equal(1, await stopped!.WaitAsync(Waiting.HangGuard));
        }
    }

    [Fact]
    public async Task Events_that_nobody_takes_in_time_are_dropped_and_counted()
    {
        using var release = new ManualResetEventSlim();
        await using ManagerRig rig = ManagerRig.Start(options => options with { EventQueueLength = 1, EventRaised = _ => release.Wait(Waiting.HangGuard) });
        for (int i = 0; i < 4; i++)
            await rig.ConnectPairAsync();
        Assert.InRange(rig.Manager.Statistics.EventsDropped, 5, 7);
        release.Set();
    }

    [Fact]
    public async Task A_drain_waits_for_those_who_are_there_and_lets_nobody_in()
    {
        await using ManagerRig rig = ManagerRig.Start();
        (DtlsChannel client, DtlsChannel server) = await rig.ConnectPairAsync();
        Task<int> stopping = rig.Manager.StopAsync(Timeout.InfiniteTimeSpan);
        await Waiting.UntilAsync(() => rig.Manager.IsStopping);
        await rig.AssertRefusedAsync(static statistics => statistics.Admission.RefusedWhileClosed);
        Assert.Equal(1, rig.Manager.Statistics.Admission.Admitted);
        await ManagerRig.ExchangeAsync(client, server, 7);
        Assert.False(stopping.IsCompleted);
        client.Close();
        Assert.Equal(0, await stopping.WaitAsync(Waiting.HangGuard));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => rig.Manager.AcceptAsync().AsTask());
    }

    [Fact]
    public async Task What_is_left_after_the_drain_time_is_closed_in_good_order()
    {
        var clock = new VirtualTimeProvider();
        await using ManagerRig rig = ManagerRig.Start(secure: security => security.TimeProvider = clock);
        (DtlsChannel client, DtlsChannel server) = await rig.ConnectPairAsync();
        Task<int> stopping = rig.Manager.StopAsync(TimeSpan.FromSeconds(30));
        await Waiting.UntilAsync(() => rig.Manager.IsStopping && clock.NextDue is not null);
        await ManagerRig.ExchangeAsync(client, server, 7);
        await Waiting.UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(31)); // again, if it was too early for it
            return stopping.IsCompleted;
        });
        Assert.Equal(1, await stopping.WaitAsync(Waiting.HangGuard));
        Assert.Null(await client.Completion.WaitAsync(Waiting.HangGuard));
        Assert.Equal(0, rig.Manager.ConnectionCount);
    }

    [Fact]
    public async Task A_handler_is_served_in_the_receive_loops()
    {
        var handler = new EchoHandler();
        await using ManagerRig rig = ManagerRig.Start(secure: security => security.Handler = handler, addresses: 2);
        foreach (IPEndPoint endPoint in rig.Manager.LocalEndPoints)
        {
            DtlsChannel client = await rig.ConnectAsync(to: endPoint);
            client.TrySend([1, 2]);
            Assert.Equal([1, 2], await ManagerRig.ReceiveAsync(client));
        }

        Assert.Equal(2, handler.Channels.Count);
    }

    [Fact]
    public async Task The_meter_knows_what_the_statistics_know()
    {
        using var measurements = new Measurements();
        await using (ManagerRig rig = ManagerRig.Start(static options => options with { MaxConnectionsPerAddress = 1 }))
        {
            (DtlsChannel client, DtlsChannel server) = await rig.ConnectPairAsync();
            await ManagerRig.ExchangeAsync(client, server, 1);
            await rig.AssertRefusedAsync(static statistics => statistics.Admission.RefusedByAddress);
            measurements.Collect();
            Assert.Contains(measurements.Of("sockets.dtls.connections", "sockets.state=open"), static measured => measured.Value >= 1);
            Assert.Contains(measurements.Of("sockets.dtls.connections", "sockets.state=handshake"), static measured => measured.Value >= 0);
            client.Close();
            await server.Completion.WaitAsync(Waiting.HangGuard);
        }

        // Counters of what is gone are kept.
        measurements.Collect();
        foreach ((string instrument, string tags) in new[]
        {
            ("sockets.dtls.admissions", "sockets.outcome=admitted"),
            ("sockets.dtls.admissions", "sockets.outcome=address"),
            ("sockets.dtls.cookies", "sockets.outcome=asked"),
            ("sockets.dtls.io", "network.io.direction=transmit"),
            ("sockets.dtls.io", "network.io.direction=receive"),
        })
        {
            Assert.True(measurements.Of(instrument).Last(measured => measured.Tags == tags).Value >= 1, $"{instrument} {tags}");
        }

        Assert.NotEmpty(measurements.Of("sockets.dtls.connection.duration"));
        Assert.NotEmpty(measurements.Of("sockets.handshake.duration", "sockets.role=server"));
        Assert.NotEmpty(measurements.Of("sockets.dtls.forwards", "sockets.outcome=dropped"));
    }

    /// <summary>A port that is free on one address may be some other test's on another: the next one, then.</summary>
    private static ConnectionManager StartOnBothWildcards(ConnectionManagerOptions options)
    {
        for (int attempt = 0; ; attempt++)
        {
            using var probe = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetworkV6, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
            int port = ((IPEndPoint)probe.LocalEndPoint!).Port;
            probe.Dispose();
            try
            {
                return ConnectionManager.Start([new IPEndPoint(IPAddress.IPv6Any, port), new IPEndPoint(IPAddress.Any, port)], options);
            }
            catch (System.Net.Sockets.SocketException exception) when (attempt < 20 && exception.SocketErrorCode == System.Net.Sockets.SocketError.AddressAlreadyInUse)
            {
                // Taken since it was looked at.
            }
        }
    }

    private sealed class AskingHandler : IDtlsHandler
    {
        public ConnectionManager? Manager { get; set; }

        public DtlsChannel? Other { get; set; }

        public TaskCompletionSource<int> Refusals { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram)
        {
            int count = 0;
            foreach (Action ask in new Action[] { () => _ = Manager!.Statistics, () => Manager!.GetConnections(), () => throw Manager!.DisposeAsync().AsTask().Exception!, () => Other!.TrySend([1]) })
            {
                try
                {
                    ask();
                }
                catch (Exception exception) when (exception is InvalidOperationException or AggregateException)
                {
                    count++;
                }
            }

            Refusals.SetResult(count);
        }
    }
}
