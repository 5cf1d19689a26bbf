using System.Net;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Tests.Platform;

/// <summary>Many datagrams with few calls, and with more of them where the system refuses.</summary>
public class DatagramBatchTests
{
    private const int NotImplemented = 38;
    private const int Invalid = 22;
    private const int InputOutput = 5;
    private const int NotSupported = 95;
    private const int MessageSize = 90;
    private const int NotPermitted = 1;

    /// <summary>Runs of each kind: equal ones, a shorter last one, single ones, empty ones, a longer one behind a shorter.</summary>
    private static readonly int[] Mixed = [500, 500, 500, 123, 500, 0, 0, 700, 700, 900, 1, 1, 1, 1200, 1199, 1200, 1200, 3];

    [Theory]
    [InlineData(new[] { 100, 100, 100 }, 3, 300)]
    [InlineData(new[] { 100, 100, 99 }, 3, 299)]
    [InlineData(new[] { 100, 99, 100 }, 2, 199)]
    [InlineData(new[] { 100, 101 }, 1, 100)]
    [InlineData(new[] { 100, 0, 100 }, 1, 100)]
    [InlineData(new[] { 0, 0 }, 1, 0)]
    [InlineData(new[] { 30_000, 30_000, 30_000 }, 2, 60_000)]
    [InlineData(new[] { 32_754, 32_753, 1 }, 2, 65_507)]
    [InlineData(new[] { 32_754, 32_754 }, 1, 32_754)]
    public void ARunIsOfOneSizeButForItsLast(int[] lengths, int count, int bytes)
    {
        Assert.Equal(count, DatagramIo.MeasureRun(lengths, 0, ushort.MaxValue, default, out int total));
        Assert.Equal(bytes, total);
    }

    [Fact]
    public void ARunHasSixtyFourDatagramsAtMost()
    {
        int[] lengths = [.. Enumerable.Repeat(10, 100)];
        Assert.Equal(64, DatagramIo.MeasureRun(lengths, 0, ushort.MaxValue, default, out _));
        Assert.Equal(36, DatagramIo.MeasureRun(lengths, 64, ushort.MaxValue, default, out _));
        Assert.Equal(1, DatagramIo.MeasureRun(lengths, 0, 9, default, out _));
    }

    [Fact]
    public void ARunGoesOneWay()
    {
        byte[] names = [1, 1, 0, 1, 1, 0, 1, 2, 0];
        LocalAddress local = LocalAddress.FromIPAddress(IPAddress.Loopback);
        LocalAddress other = LocalAddress.FromIPAddress(IPAddress.IPv6Loopback);
        Assert.Equal(2, DatagramIo.MeasureRun([5, 5, 5], 0, 100, new DatagramRoutes(names, 3, 2, [local, local, local]), out _));
        Assert.Equal(1, DatagramIo.MeasureRun([5, 5, 5], 0, 100, new DatagramRoutes(names, 3, 2, [local, other, local]), out _));
    }

    /// <summary>What the system does not do, and how it says so of runs.</summary>
    public static TheoryData<int, int> Refusals => new()
    {
        { (int)DatagramFeatures.None, 0 },
        { (int)DatagramFeatures.Segmentation, Invalid },
        { (int)DatagramFeatures.Segmentation, InputOutput },
        { (int)DatagramFeatures.Segmentation, NotSupported },
        { (int)DatagramFeatures.SendBatches, 0 },
        { (int)DatagramFeatures.ReceiveBatches, 0 },
        { (int)DatagramFeatures.Coalescing, 0 },
        { (int)(DatagramFeatures.Segmentation | DatagramFeatures.Coalescing | DatagramFeatures.SendBatches | DatagramFeatures.ReceiveBatches), InputOutput },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void WhateverIsRefusedAllArriveInOrder(int refused, int errorOfRuns)
    {
        var asked = new Dictionary<DatagramFeatures, int>();
        var abilities = new DatagramAbilities(feature =>
        {
            asked[feature] = asked.GetValueOrDefault(feature) + 1;
            int error = feature == DatagramFeatures.Segmentation ? errorOfRuns : NotImplemented;
            return ((DatagramFeatures)refused & feature) != 0 ? error : 0;
        });
        using SystemPair pair = SystemPair.Udp();
        abilities.EnableCoalescing(pair.Second);
        for (int round = 0; round < 3; round++)
        {
            byte[] data = Fill(Mixed, round);
            Assert.Equal(Mixed.Length, DatagramIo.TrySend(pair.First, abilities, data, Mixed, default, out SocketError sendError));
            Assert.Equal(SocketError.Success, sendError);
            AssertArrives(pair.Second, abilities, data, Mixed);
        }

        if (OperatingSystem.IsLinux())
        {
            foreach (DatagramFeatures feature in asked.Keys.Where(feature => ((DatagramFeatures)refused & feature) != 0))
                Assert.Equal(1, asked[feature]); // remembered
        }
    }

    [Theory]
    [InlineData(MessageSize)]
    [InlineData(Invalid)]
    public void ARunOfDatagramsTooLargeForThePathIsSentOneByOneAndShorterOnesStillAsRuns(int error)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere there are no runs.");
        int runs = 0;
        int refusals = 0;
        bool isLarge = false;
        var abilities = new DatagramAbilities(feature =>
        {
            if (feature != DatagramFeatures.Segmentation)
                return 0;
            runs++;
            refusals += isLarge ? 1 : 0;
            return isLarge ? error : 0;
        });
        using SystemPair pair = SystemPair.Udp();
        int[] shorter = [1000, 1000, 1000];
        int[] longer = [1400, 1400, 7];
        Send(shorter);
        isLarge = true;
        Send(longer);
        Send(longer);
        Assert.Equal(1, refusals);
        isLarge = false;
        runs = 0;
        Send(shorter);
        Assert.Equal(1, runs);

        void Send(int[] lengths)
        {
            byte[] data = Fill(lengths, 1);
            Assert.Equal(lengths.Length, DatagramIo.TrySend(pair.First, abilities, data, lengths, default, out _));
            AssertArrives(pair.Second, abilities, data, lengths);
        }
    }

    [Theory]
    [InlineData(5, 6)]
    [InlineData(10, 1)]
    [InlineData(-1, 5)]
    [InlineData(int.MinValue, 5)]
    public void LengthsThatMakeMoreThanThereIsSendNothing(int first, int second)
    {
        using SystemPair pair = SystemPair.Udp();
        Assert.ThrowsAny<ArgumentException>(() => DatagramIo.TrySend(pair.First, new DatagramAbilities(), Fill([10], 1), [first, second], default, out _));
        Assert.False(pair.Second.Poll(0, SelectMode.SelectRead));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnErrorThatIsNoRefusalIsToldAndLearnsNothing(bool isBatch)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere nothing is refused.");
        bool refuses = true;
        var abilities = new DatagramAbilities(feature => refuses ? NotPermitted : 0); // a firewall
        using SystemPair pair = SystemPair.Udp();
        int[] lengths = isBatch ? [10, 20] : [10, 10];
        byte[] data = Fill(lengths, 1);
        Assert.Equal(0, DatagramIo.TrySend(pair.First, abilities, data, lengths, default, out SocketError error));
        Assert.Equal(SocketError.AccessDenied, error);
        Assert.True(abilities.SendsBatches);
        Assert.NotEqual(0, abilities.MaxSegment);
        refuses = false;
        Assert.Equal(2, DatagramIo.TrySend(pair.First, abilities, data, lengths, default, out _));
        AssertArrives(pair.Second, abilities, data, lengths);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatTheSystemRefusesStopsThereAndIsNamed(bool isPortable)
    {
        using SystemPair pair = SystemPair.Udp();
        var abilities = new DatagramAbilities();
        int[] lengths = [100, 100, 70_000, 100];
        byte[] data = Fill(lengths, 1);
        SocketError error;
        int sent = isPortable
            ? DatagramIo.SendPortably(pair.First, data, lengths, default, out error)
            : DatagramIo.TrySend(pair.First, abilities, data, lengths, default, out error);
        Assert.Equal(2, sent);
        Assert.Equal(SocketError.MessageSize, error);
        AssertArrives(pair.Second, abilities, data.AsSpan(0, 200), lengths.AsSpan(0, 2));
    }

    [Fact]
    public void WithoutRoomItStopsAndGoesOnLaterWithoutALoss()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The pair is of datagrams that wait for room, which UDP on one machine never does.");
        using SystemPair pair = SystemPair.UnixDatagrams();
        var abilities = new DatagramAbilities(static feature => feature == DatagramFeatures.Segmentation ? InputOutput : 0);
        int[] lengths = [.. Enumerable.Range(1, 400)];
        byte[] data = Fill(lengths, 1);
        int done = 0;
        int received = 0;
        bool wasFull = false;
        while (received < lengths.Length)
        {
            int offset = lengths.Take(done).Sum();
            done += DatagramIo.TrySend(pair.First, abilities, data.AsSpan(offset), lengths.AsSpan(done), default, out SocketError error);
            wasFull |= error == SocketError.WouldBlock;
            Assert.Equal(done == lengths.Length ? SocketError.Success : SocketError.WouldBlock, error);
            byte[] buffer = new byte[500];
            for (; DatagramIo.TryReceiveFrom(pair.Second, buffer, null, out DatagramInfo info) == SocketError.Success; received++)
                Assert.Equal(data.AsSpan(lengths.Take(received).Sum(), lengths[received]), buffer.AsSpan(0, info.Length));
        }

        Assert.True(wasFull);
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.2")]
    [InlineData("::", "127.0.0.3")]
    [InlineData("::", "::1")]
    public void EachMessageTellsWhoSentItAndWhereTo(string bound, string asked)
    {
        Assert.SkipUnless(DatagramIo.KnowsLocalAddress, "This system does not tell.");
        using SystemSocket server = Bind(IPAddress.Parse(bound));
        DatagramIo.EnableLocalAddress(server);
        var abilities = new DatagramAbilities();
        abilities.EnableCoalescing(server);
        using SystemSocket client = Connect(server, IPAddress.Parse(asked));
        int[] lengths = [600, 600, 600, 5, 20];
        byte[] data = Fill(lengths, 1);
        Assert.Equal(5, DatagramIo.TrySend(client, new DatagramAbilities(), data, lengths, default, out _));
        Assert.True(server.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead));
        DatagramBatch batch = DatagramBatch.Rent();
        Assert.Equal(SocketError.Success, batch.Receive(server, abilities, 32, wantsSource: true));
        Assert.Equal(2, batch.Count);
        Assert.Equal(600, batch.SegmentSize(0));
        Assert.Equal(1805, batch.Bytes(0).Length);
        Assert.Equal(20, batch.Bytes(1).Length);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(IPAddress.Parse(asked), batch.Local(i).ToIPAddress());
            var source = new SocketAddress(server.AddressFamily);
            batch.Source(i)[..source.Size].CopyTo(source.Buffer.Span);
            var peer = (IPEndPoint)new IPEndPoint(server.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0).Create(source);
            Assert.Equal(((IPEndPoint)client.LocalEndPoint!).Port, peer.Port);
        }

        // And a batch answers to each from the address that was asked.
        byte[] names = new byte[64];
        batch.Source(0).CopyTo(names);
        batch.Source(1).CopyTo(names.AsSpan(32));
        var routes = new DatagramRoutes(names, 32, server.LocalEndPoint!.Serialize().Size, [batch.Local(0), batch.Local(1)]);
        Assert.Equal(2, DatagramIo.TrySend(server, abilities, Fill([9, 9], 2), [9, 9], routes, out _));
        AssertArrives(client, new DatagramAbilities(), Fill([9, 9], 2), [9, 9]);
        batch.Return();
    }

    [Fact]
    public void ABatchReceivesPortably()
    {
        using SystemSocket server = Bind(IPAddress.Loopback);
        using SystemSocket client = Connect(server, IPAddress.Loopback);
        DatagramBatch batch = DatagramBatch.Rent();
        Assert.Equal(SocketError.WouldBlock, batch.ReceivePortably(server, wantsSource: true));
        client.Send(new byte[] { 1, 2, 3 });
        SystemPair.AwaitReadable(server);
        Assert.Equal(SocketError.Success, batch.ReceivePortably(server, wantsSource: true));
        Assert.Equal(1, batch.Count);
        Assert.True(batch.Bytes(0).SequenceEqual((ReadOnlySpan<byte>)[1, 2, 3]));
        Assert.Equal(3, batch.SegmentSize(0));
        batch.Return();
    }

    [Fact]
    public void OnLinuxABatchCostsNoMemory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The portable path makes no promise.");
        using SystemPair pair = SystemPair.Udp();
        var abilities = new DatagramAbilities();
        abilities.EnableCoalescing(pair.Second);
        byte[] data = Fill(Mixed, 1);
        Assert.Equal(0, Allocations.PerCall(() =>
        {
            Assert.True(DatagramIo.TrySend(pair.First, abilities, data, Mixed, default, out _) == Mixed.Length);
            DatagramBatch batch = DatagramBatch.Rent();
            while (batch.Receive(pair.Second, abilities, 32, wantsSource: true) == SocketError.Success)
            {
            }

            batch.Return();
        }));
    }

    private static byte[] Fill(ReadOnlySpan<int> lengths, int seed)
    {
        int total = 0;
        foreach (int length in lengths)
            total += length;
        byte[] data = new byte[total];
        new Random(seed).NextBytes(data);
        return data;
    }

    private static void AssertArrives(SystemSocket socket, DatagramAbilities abilities, ReadOnlySpan<byte> data, ReadOnlySpan<int> lengths)
    {
        DatagramBatch batch = DatagramBatch.Rent();
        int next = 0;
        while (next < lengths.Length)
        {
            SystemPair.AwaitReadable(socket);
            Assert.Equal(SocketError.Success, batch.Receive(socket, abilities, 8, wantsSource: false));
            for (int i = 0; i < batch.Count; i++)
            {
                Span<byte> rest = batch.Bytes(i);
                do
                {
                    int length = Math.Min(batch.SegmentSize(i), rest.Length);
                    Assert.Equal(lengths[next], length);
                    Assert.True(data[..length].SequenceEqual(rest[..length]));
                    data = data[length..];
                    rest = rest[length..];
                    next++;
                }
                while (!rest.IsEmpty);
            }
        }

        Assert.Equal(SocketError.WouldBlock, batch.Receive(socket, abilities, 8, wantsSource: false));
        batch.Return();
    }

    private static SystemSocket Bind(IPAddress address)
    {
        var socket = new SystemSocket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = true;
        socket.Bind(new IPEndPoint(address, 0));
        socket.Blocking = false;
        return socket;
    }

    private static SystemSocket Connect(SystemSocket server, IPAddress address)
    {
        var socket = new SystemSocket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        socket.Connect(new IPEndPoint(address, ((IPEndPoint)server.LocalEndPoint!).Port));
        return socket;
    }
}
