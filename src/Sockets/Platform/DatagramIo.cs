using System;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Platform;

/// <summary>
/// Datagrams one at a time, without waiting and without allocating, with the local address each was sent to, so that a socket
/// bound to the wildcard answers from the address that was asked.
/// </summary>
internal static partial class DatagramIo
{
    /// <summary>False: <see cref="DatagramInfo.LocalAddress"/> is never set and the source address of an answer is the system's choice.</summary>
    public static bool KnowsLocalAddress => OperatingSystem.IsLinux();

    /// <summary>
    /// Has the system tell the local address of each datagram from now on. Of a dual-stack socket this holds for both families.
    /// Returns false where it cannot.
    /// </summary>
    public static bool EnableLocalAddress(SystemSocket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
            return false;
        ReadOnlySpan<byte> on = BitConverter.IsLittleEndian ? [1, 0, 0, 0] : [0, 0, 0, 1];
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
            socket.SetRawSocketOption(SystemCalls.LevelIPv6, SystemCalls.IPv6ReceivePacketInfo, on);
        else
            socket.SetRawSocketOption(SystemCalls.LevelIPv4, SystemCalls.IPv4PacketInfo, on);
        return true;
    }

    /// <summary>Receives one datagram if there is one.</summary>
    /// <param name="socket">A bound, non-blocking datagram socket.</param>
    /// <param name="buffer">What does not fit in it is lost.</param>
    /// <param name="source">Overwritten with the sender's address; of the socket's family and of full size. Null: not asked for.</param>
    /// <param name="info">Length, truncation and the local address.</param>
    public static SocketError TryReceiveFrom(SystemSocket socket, Span<byte> buffer, SocketAddress? source, out DatagramInfo info) => OperatingSystem.IsLinux()
        ? ReceiveByKernel(socket.SafeHandle, buffer, source, out info)
        : ReceivePortably(socket, buffer, source, out info);

    /// <summary>Sends one datagram, whole or not at all.</summary>
    /// <param name="socket">A non-blocking datagram socket.</param>
    /// <param name="datagram">May be empty.</param>
    /// <param name="destination">Null on a connected socket.</param>
    /// <param name="from">The local address to send from; the default value leaves it to the system.</param>
    public static SocketError TrySendTo(SystemSocket socket, ReadOnlySpan<byte> datagram, SocketAddress? destination, in LocalAddress from) => OperatingSystem.IsLinux()
        ? SendByKernel(socket.SafeHandle, socket.AddressFamily, datagram, destination, from)
        : SendPortably(socket, datagram, destination);
}
