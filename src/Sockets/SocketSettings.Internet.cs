using System;
using System.Net.Sockets;
using Sockets.Platform;
using static Sockets.SocketSettingResult;

namespace Sockets;

public static partial class SocketSettings
{
    private const int IPv4TypeOfService = 1;
    private const int IPv6TrafficClass = 67;
    private const int IPv4TimeToLive = 2;
    private const int IPv6HopLimit = 16;
    private const int IPv4PathMtuDiscovery = 10;
    private const int IPv6PathMtuDiscovery = 23;
    private const int DiscoverNever = 0;
    private const int DiscoverAlways = 2;
    private const int DiscoverByProbing = 3;
    private const int CongestionBits = 0b11;

    /// <summary>Differentiated services code point of the packets, 0 to 63 (RFC 2474); the two congestion bits beside it (RFC 3168) stay as they are. Both families of a dual-stack socket. Unsupported on Windows, which ignores it.</summary>
    public static SocketSetting<int> Dscp { get; } = new SystemSetting<int>(nameof(Dscp), SettingScope.Internet, SettingMoments.Always)
    {
        IsInRange = static value => value is >= 0 and <= 63,
        Range = "0 to 63",
        Write = static (socket, value) =>
        {
            if (OperatingSystem.IsLinux())
                return SetCodePoint(socket, value);
            if (OperatingSystem.IsWindows() || socket.AddressFamily != AddressFamily.InterNetwork)
                return Unsupported;
            int old = (int)socket.GetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService)!;
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, (value << 2) | (old & CongestionBits));
            return Applied;
        },
        Read = static (SystemSocket socket, out int value) =>
        {
            if (!LinuxOption.TryGetForFamily(socket, IPv4TypeOfService, IPv6TrafficClass, out value))
            {
                if (OperatingSystem.IsWindows() || socket.AddressFamily != AddressFamily.InterNetwork)
                    return false;
                value = (int)socket.GetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService)!;
            }

            value >>= 2;
            return true;
        },
    };

    /// <summary>How many routers a packet may pass (time to live, hop limit): 1 to 255. Both families of a dual-stack socket, on Linux.</summary>
    public static SocketSetting<int> Ttl { get; } = new SystemSetting<int>(nameof(Ttl), SettingScope.Internet, SettingMoments.Always)
    {
        IsInRange = static value => value is >= 1 and <= 255,
        Range = "1 to 255",
        Write = static (socket, value) =>
        {
            if (OperatingSystem.IsLinux())
                return LinuxOption.SetForFamilies(socket, IPv4TimeToLive, IPv6HopLimit, value);
            socket.Ttl = (short)value;
            return Applied;
        },
        Read = static (SystemSocket socket, out int value) =>
        {
            value = socket.Ttl;
            return true;
        },
    };

    /// <summary>Packets are never fragmented: what is larger than the path allows is refused and the path's limit is learned. Of IPv6, Linux only.</summary>
    public static SocketSetting<bool> DontFragment { get; } = new SystemSetting<bool>(nameof(DontFragment), SettingScope.Internet, SettingMoments.Always)
    {
        Write = static (socket, value) =>
        {
            if (OperatingSystem.IsLinux())
                return LinuxOption.SetForFamilies(socket, IPv4PathMtuDiscovery, IPv6PathMtuDiscovery, value ? DiscoverAlways : DiscoverNever);
            if (socket.AddressFamily != AddressFamily.InterNetwork)
                return Unsupported;
            socket.DontFragment = value;
            return Applied;
        },
        Read = static (SystemSocket socket, out bool value) =>
        {
            bool isKnown = LinuxOption.TryGetForFamily(socket, IPv4PathMtuDiscovery, IPv6PathMtuDiscovery, out int discovery);
            value = discovery is DiscoverAlways or DiscoverByProbing;
            if (isKnown || OperatingSystem.IsLinux() || socket.AddressFamily != AddressFamily.InterNetwork)
                return isKnown;
            value = socket.DontFragment;
            return true;
        },
    };

    /// <summary>Never fragmented, and sent whatever the system believes of the path (IP_PMTUDISC_PROBE): for those who find out by themselves.</summary>
    internal static void ProbePathMtu(SystemSocket socket)
    {
        if (OperatingSystem.IsLinux())
            LinuxOption.SetForFamilies(socket, IPv4PathMtuDiscovery, IPv6PathMtuDiscovery, DiscoverByProbing);
        else if (socket.AddressFamily == AddressFamily.InterNetwork)
            socket.DontFragment = true;
    }

    private static SocketSettingResult SetCodePoint(SystemSocket socket, int value)
    {
        bool isIPv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        if (isIPv6)
        {
            LinuxOption.TryGet(socket, LinuxOption.IPv6, IPv6TrafficClass, out int old);
            LinuxOption.Set(socket, LinuxOption.IPv6, IPv6TrafficClass, (value << 2) | (old & CongestionBits));
        }

        if (!isIPv6 || socket.DualMode)
        {
            LinuxOption.TryGet(socket, LinuxOption.IPv4, IPv4TypeOfService, out int old);
            LinuxOption.Set(socket, LinuxOption.IPv4, IPv4TypeOfService, (value << 2) | (old & CongestionBits));
        }

        return Applied;
    }
}
