using System.Net;
using System.Net.Sockets;
using Sockets.Testing;

namespace Sockets.Tests;

/// <summary>What becomes of a datagram that the system knows to be longer than its path carries.</summary>
public class PathMtuTests
{
    // From Linux's headers: the options of IPPROTO_IPV6 that make an interface look narrower than it is.
    private const int IPv6MtuDiscover = 23;
    private const int IPv6Mtu = 24;
    private const int Always = 2;
    private const int SmallestMtu = 1280;

    [Fact]
    [Conformance("RFC 9147", "4.4", "Where the system says that a datagram exceeds the path MTU, the application is told.", "Sockets/Links/Dtls/DatagramDriver.Sending.cs")]
    public async Task Section_4_4_A_datagram_too_long_for_the_path_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Net.Sockets.Socket.OSSupportsIPv6, "IPV6_MTU on the loopback interface is Linux's.");
        await using Loopback loopback = Loopback.Start((options, _) => options.MaxDatagramSize = 1400, IPAddress.IPv6Loopback);
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(static options => options.MaxDatagramSize = 1400);
        SystemSocket socket = client.Driver.Socket;
        socket.SetRawSocketOption((int)SocketOptionLevel.IPv6, IPv6MtuDiscover, BitConverter.GetBytes(Always));
        socket.SetRawSocketOption((int)SocketOptionLevel.IPv6, IPv6Mtu, BitConverter.GetBytes(SmallestMtu));

        DtlsException exception = Assert.Throws<DtlsException>(() => client.TrySend(new byte[client.MaxDatagramLength]));
        Assert.Null(exception.Failure);
        await Assert.ThrowsAsync<DtlsException>(async () => await client.SendAsync(new byte[client.MaxDatagramLength]));

        // It is no end: what is short enough goes through.
        await client.SendAsync(new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], await server.ReadAsync());
    }
}
