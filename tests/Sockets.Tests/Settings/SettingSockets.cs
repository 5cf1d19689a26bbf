using System.Net.Sockets;

namespace Sockets.Tests.Settings;

/// <summary>A fresh socket of every kind that settings tell apart.</summary>
internal static class SettingSockets
{
    public const string Tcp4 = "TCP/IPv4";
    public const string Tcp6 = "TCP/IPv6";
    public const string TcpDual = "TCP/dual";
    public const string Udp4 = "UDP/IPv4";
    public const string Udp6 = "UDP/IPv6";
    public const string UdpDual = "UDP/dual";
    public const string Unix = "Unix";

    public static string[] All { get; } = [Tcp4, Tcp6, TcpDual, Udp4, Udp6, UdpDual, Unix];

    public static SystemSocket Create(string kind)
    {
        if (kind == Unix)
            return new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        bool isTcp = kind is Tcp4 or Tcp6 or TcpDual;
        AddressFamily family = kind is Tcp4 or Udp4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var socket = new SystemSocket(family, isTcp ? SocketType.Stream : SocketType.Dgram, isTcp ? ProtocolType.Tcp : ProtocolType.Udp) { Blocking = false };
        if (family == AddressFamily.InterNetworkV6)
            socket.DualMode = kind is TcpDual or UdpDual;
        return socket;
    }
}
