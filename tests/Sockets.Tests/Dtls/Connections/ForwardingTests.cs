using System.Collections.Concurrent;
using System.Net;
using Sockets.Dtls;
using Sockets.Links.Dtls;
using Sockets.Testing;

namespace Sockets.Tests.Connections;

/// <summary>Datagrams that reach another socket, or another node, than the one that has their connection.</summary>
public sealed class ForwardingTests
{
    private static readonly DtlsConnectionIdLayout Layout = new() { Length = 14, NodeBits = 8, ShardBits = 4 };

    [Fact]
    public async Task A_datagram_that_comes_to_another_socket_finds_its_connection()
    {
        await using ManagerRig rig = ManagerRig.Start(static options => options with { ConnectionIds = Layout }, addresses: 2);
        using var relay = new PortRelay(rig.Manager.LocalEndPoints[0]);
        (DtlsChannel client, DtlsChannel server) = await rig.ConnectPairAsync(WithConnectionIds, relay.EndPoint);
        await ManagerRig.ExchangeAsync(client, server, 1);
        Assert.Equal(0, rig.Manager.Statistics.ForwardedToShards);

        relay.Server = rig.Manager.LocalEndPoints[1];
        for (byte i = 0; i < 10; i++)
            await ManagerRig.ExchangeAsync(client, server, i);
        await Waiting.UntilAsync(() => rig.Manager.Statistics.ForwardedToShards >= 10); // counted once it is passed on, which the answer may overtake
        Assert.Equal(0, rig.Manager.Statistics.ForwardsDropped);
        Assert.Equal(1, rig.Manager.ConnectionCount);
    }

    [Fact]
    public async Task Answers_leave_by_the_socket_whose_address_the_client_knows()
    {
        await using ManagerRig rig = ManagerRig.Start(
            static options => options with { ConnectionIds = Layout },
            static security => security.ConfigureEngine = static config => Patience.Configure(config) with { PathValidation = DtlsPathValidation.Basic }, // the old path works as well
            addresses: 2);
        using var relay = new PortRelay(rig.Manager.LocalEndPoints[0]);
        (DtlsChannel client, DtlsChannel server) = await rig.ConnectPairAsync(WithConnectionIds, relay.EndPoint);
        Assert.Equal(rig.Manager.LocalEndPoints[0], server.LocalEndPoint);
        relay.Server = rig.Manager.LocalEndPoints[1];

        // The new path is validated like any other: it is another one for the server, though nothing has changed for the client.
        for (byte i = 0; i < 200 && server.PathChanges == 0; i++)
            await ManagerRig.ExchangeAsync(client, server, i);
        await Waiting.UntilAsync(() => server.PathChanges == 1);
        Assert.Equal(rig.Manager.LocalEndPoints[1], server.LocalEndPoint);
        await ManagerRig.ExchangeAsync(client, server, 9);
        Assert.Equal(rig.Manager.LocalEndPoints[1], relay.AnsweredFrom);
        Assert.Equal(relay.Outside, server.RemoteEndPoint);
        Assert.Equal(1, rig.Manager.Statistics.Migrations);

        // All ways of sending take the same way.
        Assert.True(server.TrySend([7]));
        Assert.Equal([7], await ManagerRig.ReceiveAsync(client));
        await server.UpdateKeysAsync().WaitAsync(Waiting.HangGuard);
        Assert.Equal(rig.Manager.LocalEndPoints[1], relay.AnsweredFrom);
    }

    [Fact]
    public async Task A_client_that_moves_stays_connected_whichever_socket_of_the_port_it_reaches()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sockets on one port share it on Linux only.");
        var handler = new EchoHandler();
        await using ManagerRig rig = ManagerRig.Start(
            static options => options with { ShardsPerAddress = 3 },
            security =>
            {
                security.Handler = handler;
                security.ConnectionIdLength = 12; // enough said: the manager makes a layout of it
            });
        DtlsChannel client = await rig.ConnectAsync(static options =>
        {
            WithConnectionIds(options);
            options.TimeProvider = new VirtualTimeProvider(); // a busy machine is no path that does not answer
            options.Trust = PeerTrust.DangerousAcceptAnyCertificate; // the year is not that of the certificates
        });
        await AskAsync(client, 255); // the server has it, too
        for (int i = 0; i < 40 && rig.Manager.Statistics.ForwardedToShards < 20; i++)
        {
            Assert.True(await client.MigrateAsync().WaitAsync(Waiting.HangGuard));
            for (byte j = 0; j < 5; j++)
                await AskAsync(client, (byte)((i * 5) + j));
        }

        Assert.True(rig.Manager.Statistics.ForwardedToShards >= 20);
        Assert.Equal(1, rig.Manager.Statistics.Accepted);
        Assert.Single(handler.Channels);
    }

    [Fact]
    public async Task A_datagram_that_comes_to_another_node_is_passed_on_with_its_path()
    {
        var forwarder = new Neighbours();
        await using ManagerRig first = ManagerRig.Start(options => options with { ConnectionIds = Layout with { Node = 1 }, Forwarder = forwarder });
        await using ManagerRig second = ManagerRig.Start(options => options with { ConnectionIds = Layout with { Node = 2 }, Forwarder = forwarder });
        forwarder.Nodes[1] = first.Manager;
        forwarder.Nodes[2] = second.Manager;
        using var relay = new PortRelay(second.Manager.LocalEndPoint);
        (DtlsChannel client, DtlsChannel server) = await second.ConnectPairAsync(WithConnectionIds, relay.EndPoint);
        relay.Server = first.Manager.LocalEndPoint;
        for (byte i = 0; i < 5; i++)
            await ManagerRig.ExchangeAsync(client, server, i);
        await Waiting.UntilAsync(() => first.Manager.Statistics.ForwardedToNodes >= 5 && second.Manager.Statistics.Injected >= 5);
        Assert.All(forwarder.Paths, path => Assert.Equal(relay.Outside, path.Remote.ToEndPoint()));
        Assert.Equal(0, first.Manager.ConnectionCount);

        // A forwarder that knows no way, and one that fails: dropped, counted, and the loop goes on.
        Assert.Equal(0, first.Manager.Statistics.ForwardsDropped);
        client.TrySend(new byte[Neighbours.LengthOfRefused]);
        await Waiting.UntilAsync(() => first.Manager.Statistics.ForwardsDropped == 1);
        client.TrySend(new byte[Neighbours.LengthOfFailing]);
        await Waiting.UntilAsync(() => first.Manager.Statistics.ForwardsDropped == 2);
        await ManagerRig.ExchangeAsync(client, server, 8);
    }

    [Fact]
    public async Task Only_what_has_a_connection_ID_of_this_node_can_be_injected()
    {
        var forwarder = new Neighbours();
        await using ManagerRig rig = ManagerRig.Start(options => options with { ConnectionIds = Layout with { Node = 1 }, Forwarder = forwarder });
        await using ManagerRig without = ManagerRig.Start();
        var path = new DtlsPath(DtlsAddress.FromEndPoint(new IPEndPoint(IPAddress.Loopback, 9)));
        byte[] hello = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 5))[0];
        Assert.False(rig.Manager.Inject(path, hello));
        Assert.False(rig.Manager.Inject(path, []));
        Assert.False(rig.Manager.Inject(path, Record(node: 2, shard: 0)));
        Assert.False(rig.Manager.Inject(path, Record(node: 1, shard: 7)));
        Assert.False(rig.Manager.Inject(default, Record(node: 1, shard: 0)));
        Assert.False(without.Manager.Inject(path, Record(node: 1, shard: 0)));
        Assert.Equal(5, rig.Manager.Statistics.ForwardsDropped);
        Assert.False(rig.Manager.Inject(path, Record(node: 1, shard: 0))); // of this node, and nobody's
        Assert.Equal(6, rig.Manager.Statistics.ForwardsDropped);
        Assert.Equal(0UL, rig.Manager.Statistics.DatagramsReceived);
        Assert.Equal(0, rig.Manager.Statistics.Handshakes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flood_for_a_socket_leaves_room_for_a_client_that_has_moved(bool isForged)
    {
        using var handler = new HeldHandler();
        await using ManagerRig rig = ManagerRig.Start(static options => options with { ConnectionIds = Layout }, security => security.Handler = handler, addresses: 2);
        using var tap = new Tap();
        byte[] flood = await TakeDatagramAsync(rig, tap, 7, connections: 1);
        byte[] moved = await TakeDatagramAsync(rig, tap, 8, connections: 2);
        DtlsChannel holder = await rig.ConnectAsync(WithConnectionIds);
        Assert.True(holder.TrySend([HeldHandler.Hold]));
        await handler.Held.Task.WaitAsync(Waiting.HangGuard);
        try
        {
            // Its own socket takes nothing meanwhile, so that what waits is known.
            var path = new DtlsPath(DtlsAddress.FromEndPoint(new IPEndPoint(IPAddress.Loopback, 9)));
            for (int i = 0; i < 5000; i++)
            {
                byte[] datagram = isForged ? Record(node: 0, shard: 0) : flood;
                BitConverter.TryWriteBytes(datagram.AsSpan(isForged ? 4 : 20), i);
                Assert.True(rig.Manager.Inject(path, datagram) == (!isForged && i < 256));
            }

            Assert.True(rig.Manager.Inject(path, moved));
        }
        finally
        {
            handler.Release();
        }

        Assert.Equal(8, await handler.Received.Task.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public void Those_who_send_much_leave_room_for_others()
    {
        var queue = new ForwardedDatagrams(64);
        object[] many = [.. Enumerable.Range(0, 31).Select(static _ => new object())];
        for (int i = 0; i < 64; i++)
        {
            foreach (object connection in many)
                queue.TryAdd(connection, default, [1]);
        }

        object other = new();
        Assert.True(queue.TryAdd(other, default, [2]));
        while (!queue.IsEmpty)
            queue.Release();
        for (int i = 0; i < 64; i++)
            Assert.Equal(i < 32, queue.TryAdd(other, default, [3])); // alone, it gets half of the places
        Assert.True(queue.TryAdd(many[0], default, [4]));
    }

    [Fact]
    public void Long_datagrams_take_no_more_memory_than_is_reckoned_with()
    {
        const int Capacity = 256;
        var queue = new ForwardedDatagrams(Capacity);
        object[] connections = [.. Enumerable.Range(0, Capacity).Select(static _ => new object())];
        for (int round = 0; round < 3; round++)
        {
            int taken = connections.Count(connection => queue.TryAdd(connection, default, new byte[40_000]));
            Assert.Equal(8, taken); // 64 KiB each of the 512 KiB for long ones
            Assert.True(queue.TryAdd(connections[^1], default, new byte[2048])); // the others go on
            while (!queue.IsEmpty)
                queue.Release();
        }

        int ofOne = Enumerable.Range(0, Capacity).Count(_ => queue.TryAdd(connections[0], default, new byte[40_000]));
        Assert.Equal(4, ofOne); // alone, it gets half
        Assert.True(queue.TryAdd(connections[1], default, new byte[40_000]));
        Assert.Equal(1024 * 1024, ForwardedDatagrams.MaxBytes(Capacity));
        Assert.True(new ForwardedDatagrams(2).TryAdd(connections[0], default, new byte[65_000])); // one at least, however short the queue
    }

    [Fact]
    public void What_waits_is_bounded_and_comes_in_order()
    {
        var queue = new ForwardedDatagrams(3);
        object[] connections = [new(), new(), new()];
        var path = new DtlsPath(DtlsAddress.FromEndPoint(new IPEndPoint(IPAddress.Loopback, 9)), DtlsAddress.FromEndPoint(new IPEndPoint(IPAddress.Loopback, 10)));
        Assert.False(queue.TryPeek(out _, out _));
        for (int round = 0; round < 5; round++)
        {
            for (byte i = 0; i < 3; i++)
                Assert.True(queue.TryAdd(connections[i], path, new byte[i == 1 ? 9000 : i].AsSpan()));
            Assert.False(queue.TryAdd(connections[0], path, [1]));
            for (byte i = 0; i < 3; i++)
            {
                Assert.True(queue.TryPeek(out DtlsPath taken, out Span<byte> datagram));
                Assert.Equal(path, taken);
                Assert.Equal(i == 1 ? 9000 : i, datagram.Length);
                datagram.Fill(0xAA); // decrypted in place
                queue.Release();
            }

            Assert.True(queue.IsEmpty);
        }

        Assert.True(queue.TryAdd(connections[0], path, [1]));
        queue.Close();
        Assert.True(queue.IsEmpty);
        Assert.False(queue.TryAdd(connections[0], path, [1]));
        queue.Release(); // of whoever was at it
    }

    /// <summary>An answer that is on its way to where the client was before it moved is lost, so it asks again.</summary>
    private static async Task AskAsync(DtlsChannel client, byte mark)
    {
        byte[] buffer = new byte[100];
        for (int attempt = 0; attempt < 100; attempt++)
        {
            Assert.True(client.TrySend([mark]));
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            try
            {
                while (true)
                {
                    DtlsReceiveResult result = await client.ReceiveAsync(buffer, patience.Token);
                    Assert.False(result.IsClosed);
                    if (buffer[0] == mark)
                        return;
                }
            }
            catch (OperationCanceledException)
            {
                // Again.
            }
        }

        Assert.Fail("Nothing comes back any more.");
    }

    /// <summary>A datagram of a client of the first socket that never reached it.</summary>
    private static async Task<byte[]> TakeDatagramAsync(ManagerRig rig, Tap tap, byte content, int connections)
    {
        using var relay = new PortRelay(rig.Manager.LocalEndPoints[0]);
        DtlsChannel client = await rig.ConnectAsync(WithConnectionIds, relay.EndPoint);
        await Waiting.UntilAsync(() => rig.Manager.ConnectionCount == connections); // its Finished has gone another way
        relay.Server = tap.EndPoint;
        byte[] message = new byte[Tap.Length]; // longer than anything that the engine has to say by itself
        message[0] = content;
        Assert.True(client.TrySend(message));
        return await tap.TakeAsync();
    }

    private static void WithConnectionIds(DtlsClientOptions options)
    {
        options.ConnectionIdLength = 8;
        options.ConfigureEngine = Patience.Configure;
    }

    /// <summary>A protected record with a connection ID of the layout, and nothing behind it that opens.</summary>
    private static byte[] Record(int node, int shard)
    {
        byte[] record = new byte[100];
        record[0] = 0b0011_1111; // C, S, L, epoch 3 (RFC 9147 section 4)
        record[1] = (byte)node;
        record[2] = (byte)(shard << 4);
        record[18] = 81; // length, behind 14 bytes of connection ID and 2 of sequence number
        return record;
    }

    /// <summary>Takes datagrams instead of the manager.</summary>
    private sealed class Tap : IDisposable
    {
        public const int Length = 900;

        private readonly SystemSocket _socket = new(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);

        public Tap() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

        /// <summary>The first datagram with a message that is so long.</summary>
        public async Task<byte[]> TakeAsync()
        {
            byte[] buffer = new byte[2000];
            while (true)
            {
                int length = await _socket.ReceiveAsync(buffer).WaitAsync(Waiting.HangGuard);
                if (length > Length)
                    return buffer[..length];
            }
        }

        public void Dispose() => _socket.Dispose();
    }

    /// <summary>Keeps its socket busy from one datagram on until it is released.</summary>
    private sealed class HeldHandler : IDtlsHandler, IDisposable
    {
        public const byte Hold = 255;

        private readonly ManualResetEventSlim _released = new();

        public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<byte> Received { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.Set();

        public void Dispose() => _released.Dispose();

        public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram)
        {
            if (datagram[0] != Hold)
            {
                Received.TrySetResult(datagram[0]);
                return;
            }

            Held.TrySetResult();
            _released.Wait(Waiting.HangGuard);
        }
    }

    /// <summary>What happens to a datagram is told by its length: the engine sends on its own account as well, whenever its timers say so.</summary>
    private sealed class Neighbours : IDatagramForwarder
    {
        public const int LengthOfRefused = 600;
        public const int LengthOfFailing = 900;

        public ConcurrentDictionary<int, ConnectionManager> Nodes { get; } = [];

        public ConcurrentQueue<DtlsPath> Paths { get; } = [];

        public bool TryForward(int node, in DtlsPath path, ReadOnlySpan<byte> datagram)
        {
            if (datagram.Length > LengthOfFailing)
                throw new InvalidOperationException("the forwarder was told to throw");
            if (datagram.Length > LengthOfRefused)
                return false;
            Paths.Enqueue(path);
            return Nodes.TryGetValue(node, out ConnectionManager? manager) && manager.Inject(path, datagram);
        }
    }
}
