using System;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Engine;

/// <summary>
/// How a socket takes its port. With several sockets on one port the first is bound exclusively, which fails when anybody else
/// has the port, and only then, still bound, allows others beside it: at no moment is the port free for somebody else, nor
/// shared with somebody who was there before. (The system asks for SO_REUSEPORT on every socket of a port, at each bind, and
/// lets only sockets of the same user in.)
/// </summary>
internal static class PortBinding
{
    // SOL_SOCKET and SO_REUSEPORT of Linux, which the BCL has no name for.
    private const int LinuxSocketLevel = 1;
    private const int LinuxReusePort = 15;

    /// <summary>Whether the system spreads clients over sockets that share a port. Others have the option, with another meaning.</summary>
    public static bool CanShare => OperatingSystem.IsLinux();

    /// <summary>Before the bind.</summary>
    public static void Prepare(SystemSocket socket, EndPoint localEndPoint, PortSharing sharing)
    {
        if (OperatingSystem.IsWindows() && localEndPoint is IPEndPoint)
            socket.ExclusiveAddressUse = true; // elsewhere it is so anyway
        if (localEndPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } address)
            socket.DualMode = address.Address.Equals(IPAddress.IPv6Any);
        if (sharing == PortSharing.Further)
            AllowOthers(socket);
    }

    /// <summary>After the bind, before it listens.</summary>
    public static void Share(SystemSocket socket, PortSharing sharing)
    {
        if (sharing == PortSharing.First)
            AllowOthers(socket);
    }

    private static void AllowOthers(SystemSocket socket) =>
        socket.SetRawSocketOption(LinuxSocketLevel, LinuxReusePort, BitConverter.GetBytes(1));
}
