using System.Net;
using System.Runtime.InteropServices;
using Sockets.Platform;

namespace Sockets.Tests.Platform;

public class ControlMessagesTests
{
    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("127.0.0.1")]
    public void An_ipv4_address_comes_back(string text)
    {
        LocalAddress address = LocalAddress.FromIPAddress(IPAddress.Parse(text));
        Assert.True(address.IsIPv4);
        Assert.Equal(address, WriteAndFind(address, isIPv6Socket: false));
        Assert.Equal(address, WriteAndFind(address, isIPv6Socket: true)); // mapped, as on a dual-stack socket
        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void An_interface_is_only_named_where_it_is_needed()
    {
        LocalAddress global = LocalAddress.FromIPAddress(IPAddress.Parse("2001:db8::1"), 3);
        Assert.Equal(global with { InterfaceIndex = 0 }, WriteAndFind(global, isIPv6Socket: true));
        LocalAddress local = LocalAddress.FromIPAddress(IPAddress.Parse("fe80::1"), 3);
        Assert.True(local.IsLinkLocal);
        Assert.Equal(local, WriteAndFind(local, isIPv6Socket: true));
        Assert.Equal("fe80::1%3", local.ToString());
        Assert.False(LocalAddress.FromIPAddress(IPAddress.Parse("fec0::1")).IsLinkLocal);
    }

    [Theory]
    [InlineData("ff02::1", "::")]
    [InlineData("::ffff:239.1.2.3", "::ffff:0.0.0.0")]
    public void Of_a_multicast_address_only_the_interface_is_kept(string text, string expected)
    {
        LocalAddress found = WriteAndFind(new LocalAddress(LocalAddress.FromIPAddress(IPAddress.Parse(text)).Bits, 0), isIPv6Socket: true);
        Assert.True(found.IsWildcard);
        Assert.Equal(LocalAddress.FromIPAddress(IPAddress.Parse(expected)), found);
        LocalAddress answer = found with { InterfaceIndex = 5 };
        Assert.Equal(answer, WriteAndFind(answer, isIPv6Socket: true));
    }

    [Fact]
    public void Foreign_messages_are_skipped_and_broken_ones_end_the_search()
    {
        LocalAddress address = LocalAddress.FromIPAddress(IPAddress.Parse("192.0.2.7"));
        byte[] foreign = Message(length: IntPtr.Size + 8 + 5, level: 1, type: 29, size: IntPtr.Size + 8 + 8);
        byte[] written = new byte[ControlMessages.BufferSize];
        int count = ControlMessages.WriteLocalAddress(written, address, isIPv6Socket: true);
        Assert.Equal(address, ControlMessages.FindLocalAddress([.. foreign, .. written[..count]]));
        for (int cut = 0; cut < count - 4; cut++)
            Assert.Equal(default, ControlMessages.FindLocalAddress(written.AsSpan(0, cut)));
        Assert.Equal(default, ControlMessages.FindLocalAddress([.. Message(0, 1, 29, 32), .. written[..count]]));
        Assert.Equal(default, ControlMessages.FindLocalAddress([.. Message(-1, 1, 29, 32), .. written[..count]]));
        Assert.Equal(default, ControlMessages.FindLocalAddress([]));
    }

    [Fact]
    public void A_segment_size_is_found_before_and_behind_an_address()
    {
        LocalAddress address = LocalAddress.FromIPAddress(IPAddress.Parse("192.0.2.7"));
        byte[] written = new byte[ControlMessages.BufferSize];
        int count = ControlMessages.WriteLocalAddress(written, address, isIPv6Socket: false);
        byte[] size = Coalesced(1222);
        foreach (byte[] control in new byte[][] { [.. size, .. written[..count]], [.. written[..count], .. size] })
        {
            ControlMessages.Read(control, out LocalAddress local, out int segmentSize);
            Assert.Equal(address, local);
            Assert.Equal(1222, segmentSize);
        }

        ControlMessages.Read(written.AsSpan(0, count), out _, out int none);
        Assert.Equal(0, none);
    }

    [Fact]
    public void A_segment_size_that_is_cut_short_or_none_counts_as_none()
    {
        byte[] size = Coalesced(1222);
        for (int cut = 0; cut < IntPtr.Size + 8 + sizeof(int); cut++)
            Assert.Equal(0, SegmentSize(size.AsSpan(0, cut)));
        Assert.Equal(1222, SegmentSize(size.AsSpan(0, IntPtr.Size + 8 + sizeof(int))));
        Assert.Equal(0, SegmentSize(Coalesced(-1)));
        Assert.Equal(0, SegmentSize(Coalesced(int.MinValue)));
        Assert.Equal(0, SegmentSize(Coalesced(0)));
        byte[] tooShort = Message(IntPtr.Size + 8 + 2, SystemCalls.LevelUdp, SystemCalls.UdpCoalesce, IntPtr.Size + 8 + 8);
        Assert.Equal(0, SegmentSize(tooShort)); // two bytes are not its four
        byte[] tooLong = Message(IntPtr.Size + 8 + 9, SystemCalls.LevelUdp, SystemCalls.UdpCoalesce, IntPtr.Size + 8 + 8);
        Assert.Equal(0, SegmentSize(tooLong)); // says more than there is
    }

    private static int SegmentSize(ReadOnlySpan<byte> control)
    {
        ControlMessages.Read(control, out _, out int segmentSize);
        return segmentSize;
    }

    private static byte[] Coalesced(int segmentSize)
    {
        byte[] message = Message(IntPtr.Size + 8 + sizeof(int), SystemCalls.LevelUdp, SystemCalls.UdpCoalesce, IntPtr.Size + 8 + 8);
        MemoryMarshal.Write(message.AsSpan(IntPtr.Size + 8), in segmentSize);
        return message;
    }

    private static byte[] Message(nint length, int level, int type, int size)
    {
        byte[] message = new byte[size];
        MemoryMarshal.Write(message, in length);
        MemoryMarshal.Write(message.AsSpan(IntPtr.Size), in level);
        MemoryMarshal.Write(message.AsSpan(IntPtr.Size + 4), in type);
        return message;
    }

    private static LocalAddress WriteAndFind(LocalAddress address, bool isIPv6Socket)
    {
        byte[] control = new byte[ControlMessages.BufferSize];
        int count = ControlMessages.WriteLocalAddress(control, address, isIPv6Socket);
        return ControlMessages.FindLocalAddress(control.AsSpan(0, count));
    }
}
