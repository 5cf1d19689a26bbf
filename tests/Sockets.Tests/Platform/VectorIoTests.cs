using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Tests.Platform;

public class VectorIoTests
{
    public static TheoryData<string, bool> Cases => new()
    {
        { "tcp", false }, { "tcp", true }, { "unix", false }, { "unix", true }, { "udp", false }, { "udp", true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Segments_go_out_in_order_and_are_filled_in_order(string kind, bool isPortable)
    {
        using SystemPair pair = SystemPair.Create(kind);
        ReadOnlyMemory<byte>[] segments = [default, new byte[] { 1, 2 }, new byte[] { 3 }, default, new byte[] { 4, 5, 6 }];
        Assert.Equal(SocketError.Success, Send(pair.First, segments, isPortable, out int sent));
        Assert.Equal(6, sent);
        SystemPair.AwaitReadable(pair.Second);
        byte[][] into = [new byte[1], [], new byte[4], new byte[10]];
        Assert.Equal(SocketError.Success, Receive(pair.Second, into, isPortable, out int received, out bool isTruncated));
        Assert.Equal(6, received);
        Assert.False(isTruncated);
        Assert.Equal([1], into[0]);
        Assert.Equal([2, 3, 4, 5], into[2]);
        Assert.Equal([6, 0, 0, 0, 0, 0, 0, 0, 0, 0], into[3]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Many_segments_are_taken_in_part_by_a_stream_and_whole_by_a_datagram(string kind, bool isPortable)
    {
        const int Count = 150;
        using SystemPair pair = SystemPair.Create(kind);
        byte[] content = [.. Enumerable.Range(0, Count * 2).Select(static i => (byte)i)];
        ReadOnlyMemory<byte>[] segments = [.. Enumerable.Range(0, Count).Select(i => (ReadOnlyMemory<byte>)content.AsMemory(i * 2, 2))];
        Assert.Equal(SocketError.Success, Send(pair.First, segments, isPortable, out int sent));
        if (kind == "udp")
            Assert.Equal(content.Length, sent);
        else
            Assert.InRange(sent, 1, content.Length);
        List<byte> all = [];
        while (all.Count < sent)
        {
            SystemPair.AwaitReadable(pair.Second);
            byte[][] into = [.. Enumerable.Range(0, Count).Select(static i => new byte[3])];
            Assert.Equal(SocketError.Success, Receive(pair.Second, into, isPortable, out int received, out bool isTruncated));
            Assert.False(isTruncated);
            Assert.NotEqual(0, received);
            all.AddRange(into.SelectMany(static part => part).Take(received));
        }

        Assert.Equal(content[..sent], all);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    [InlineData(false, 100)]
    [InlineData(true, 100)]
    public void A_datagram_that_does_not_fit_is_reported_and_the_next_is_whole(bool isPortable, int segments)
    {
        using SystemPair pair = SystemPair.Udp();
        pair.First.Send(new byte[segments + 1]);
        pair.First.Send(new byte[segments]);
        SystemPair.AwaitReadable(pair.Second);
        byte[][] into = [.. Enumerable.Range(0, segments).Select(static _ => new byte[1])];
        Assert.Equal(SocketError.Success, Receive(pair.Second, into, isPortable, out int received, out bool isTruncated));
        Assert.Equal((segments, true), (received, isTruncated));
        SystemPair.AwaitReadable(pair.Second);
        Assert.Equal(SocketError.Success, Receive(pair.Second, into, isPortable, out received, out isTruncated));
        Assert.Equal((segments, false), (received, isTruncated));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_empty_datagram_is_sent_and_received(bool isPortable)
    {
        using SystemPair pair = SystemPair.Udp();
        Assert.Equal(SocketError.Success, Send(pair.First, [], isPortable, out int sent));
        Assert.Equal(0, sent);
        SystemPair.AwaitReadable(pair.Second);
        Assert.Equal(SocketError.Success, Receive(pair.Second, [new byte[1]], isPortable, out int received, out bool isTruncated));
        Assert.Equal((0, false), (received, isTruncated));
        Assert.Equal(SocketError.WouldBlock, Receive(pair.Second, [new byte[1]], isPortable, out _, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_datagram_too_large_for_anything_is_refused(bool isPortable)
    {
        using SystemPair pair = SystemPair.Udp();
        ReadOnlyMemory<byte>[] few = [new byte[65_000], new byte[600]];
        Assert.Equal(SocketError.MessageSize, Send(pair.First, few, isPortable, out int sent));
        Assert.Equal(0, sent);
        ReadOnlyMemory<byte>[] many = [.. Enumerable.Range(0, 100).Select(static _ => (ReadOnlyMemory<byte>)new byte[1_000])];
        Assert.Equal(SocketError.MessageSize, Send(pair.First, many, isPortable, out sent));
        Assert.Equal(0, sent);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_there_would_block(string kind, bool isPortable)
    {
        using SystemPair pair = SystemPair.Create(kind);
        Assert.Equal(SocketError.WouldBlock, Receive(pair.Second, [new byte[1], new byte[1]], isPortable, out int received, out bool isTruncated));
        Assert.Equal((0, false), (received, isTruncated));
    }

    [Theory]
    [InlineData("tcp", false)]
    [InlineData("tcp", true)]
    [InlineData("unix", false)]
    [InlineData("unix", true)]
    public void The_end_of_a_stream_is_zero(string kind, bool isPortable)
    {
        using SystemPair pair = SystemPair.Create(kind);
        pair.First.Shutdown(SocketShutdown.Send);
        SystemPair.AwaitReadable(pair.Second);
        Assert.Equal(SocketError.Success, Receive(pair.Second, [new byte[1], new byte[1]], isPortable, out int received, out _));
        Assert.Equal(0, received);
    }

    [Theory]
    [InlineData("tcp", false)]
    [InlineData("tcp", true)]
    [InlineData("unix", false)]
    [InlineData("unix", true)]
    public void Into_a_full_socket_every_byte_that_was_counted_arrives(string kind, bool isPortable)
    {
        using SystemPair pair = SystemPair.Create(kind);
        var random = new Random(7);
        List<byte> expected = [];
        SocketError error;
        while (true)
        {
            byte[][] parts = [new byte[random.Next(20_000)], new byte[random.Next(20_000)], new byte[random.Next(20_000)]];
            foreach (byte[] part in parts)
                random.NextBytes(part);
            error = Send(pair.First, [.. parts.Select(static part => (ReadOnlyMemory<byte>)part)], isPortable, out int sent);
            if (error != SocketError.Success)
                break;
            expected.AddRange(parts.SelectMany(static part => part).Take(sent));
        }

        Assert.Equal(SocketError.WouldBlock, error);
        Assert.Equal(expected, SystemPair.ReceiveExactly(pair.Second, expected.Count));
        Assert.Equal(0, pair.Second.Available);
    }

    [Fact]
    public void A_peer_that_is_gone_is_an_error_and_no_signal()
    {
        using SystemPair pair = SystemPair.Tcp();
        pair.Second.LingerState = new LingerOption(true, 0);
        pair.Second.Dispose();
        SystemPair.AwaitReadable(pair.First);
        Assert.Equal(SocketError.ConnectionReset, VectorIo.TryReceive(pair.First, [new byte[1]], out _, out _));
        Assert.Equal(SocketError.Shutdown, VectorIo.TrySend(pair.First, [new byte[1]], out _));
    }

    [Fact]
    public void On_linux_it_does_not_allocate()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The portable path pools, and makes no promise.");
        using SystemPair pair = SystemPair.Tcp();
        ReadOnlyMemory<byte>[] segments = [new byte[10], new byte[20], new byte[30]];
        Memory<byte>[] into = [new byte[30], new byte[30]];
        Assert.Equal(0, Allocations.PerCall(() =>
        {
            Assert.True(VectorIo.TrySend(pair.First, segments, out _) == SocketError.Success);
            SystemPair.AwaitReadable(pair.Second);
            Assert.True(VectorIo.TryReceive(pair.Second, into, out _, out _) == SocketError.Success);
        }));
    }

    private static SocketError Send(SystemSocket socket, ReadOnlyMemory<byte>[] segments, bool isPortable, out int sent) => isPortable
        ? VectorIo.SendPortably(socket, segments, out sent)
        : VectorIo.TrySend(socket, segments, out sent);

    private static SocketError Receive(SystemSocket socket, byte[][] segments, bool isPortable, out int received, out bool isTruncated)
    {
        Memory<byte>[] memory = [.. segments.Select(static segment => (Memory<byte>)segment)];
        return isPortable
            ? VectorIo.ReceivePortably(socket, memory, out received, out isTruncated)
            : VectorIo.TryReceive(socket, memory, out received, out isTruncated);
    }
}
