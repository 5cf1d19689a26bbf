using System.Net;
using Sockets.Connections.Dtls;
using Sockets.Dtls;

namespace Sockets.Tests.Connections;

/// <summary>The ready-made way between nodes.</summary>
public sealed class UdpForwarderTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];

    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task A_client_whose_datagrams_come_to_another_node_is_served_by_its_own()
    {
        // Each node knows the other's address; the first learns it by being made last.
        await using var nowhere = new UdpDatagramForwarder(Anywhere, new Dictionary<int, IPEndPoint>(), Key);
        await using var toSecond = new UdpDatagramForwarder(Anywhere, new Dictionary<int, IPEndPoint> { [2] = nowhere.LocalEndPoint }, Key);
        var layout = new DtlsConnectionIdLayout { NodeBits = 8 };
        await using ManagerRig second = ManagerRig.Start(options => options with { ConnectionIds = layout with { Node = 2 }, Forwarder = nowhere });
        await using ManagerRig first = ManagerRig.Start(options => options with { ConnectionIds = layout with { Node = 1 }, Forwarder = toSecond });
        nowhere.Start(second.Manager);
        Assert.Throws<InvalidOperationException>(() => nowhere.Start(second.Manager));

        // What is not authentic goes nowhere. Nobody else has sent anything yet.
        using var stranger = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        stranger.SendTo(new byte[200], nowhere.LocalEndPoint);
        await Waiting.UntilAsync(() => nowhere.Refused == 1);
        Assert.Equal((0L, 0L), (second.Manager.Statistics.Injected, second.Manager.Statistics.ForwardsDropped));

        using var relay = new PortRelay(second.Manager.LocalEndPoint);
        (DtlsChannel client, DtlsChannel server) = await second.ConnectPairAsync(static options => options.ConnectionIdLength = 0, relay.EndPoint);
        relay.Server = first.Manager.LocalEndPoint;
        for (byte i = 0; i < 5; i++)
            await ManagerRig.ExchangeAsync(client, server, i);
        await Waiting.UntilAsync(() => first.Manager.Statistics.ForwardedToNodes >= 5 && second.Manager.Statistics.Injected >= 5);
        Assert.Equal(1, nowhere.Refused);
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.7", 0)]
    [InlineData("2001:db8::1", "2001:db8::2", 1)]
    [InlineData("fe80::1%3", "fe80::2%3", 1200)]
    [InlineData("192.0.2.1", null, 65_000)]
    public void A_frame_is_read_as_it_was_written_and_not_when_a_bit_has_changed(string remote, string? local, int length)
    {
        using var frame = new ForwardingFrame(Key);
        using var other = new ForwardingFrame(new byte[32]);
        var path = new DtlsPath(Address(remote, 4433), local is null ? default : Address(local, 65_535));
        byte[] datagram = new byte[length];
        Random.Shared.NextBytes(datagram);
        byte[] written = new byte[ForwardingFrame.MaxLength];
        written = written[..frame.Write(path, datagram, written)];
        Assert.True(frame.TryRead(written, out DtlsPath read, out ReadOnlySpan<byte> content));
        Assert.Equal(path, read);
        Assert.True(content.SequenceEqual(datagram));
        Assert.False(other.TryRead(written, out _, out _));
        Assert.False(frame.TryRead(written.AsSpan(0, written.Length - 1), out _, out _));
        Assert.False(frame.TryRead([], out _, out _));
        for (int i = 0; i < written.Length; i += Math.Max(1, written.Length / 100))
        {
            written[i] ^= 0x20;
            Assert.False(frame.TryRead(written, out _, out _));
            written[i] ^= 0x20;
        }
    }

    [Fact]
    public void A_key_of_another_length_is_refused() => Assert.Throws<ArgumentException>(() => new ForwardingFrame(new byte[31]));

    private static DtlsAddress Address(string text, int port) => DtlsAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse(text), port));
}
