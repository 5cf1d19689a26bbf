using System;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Sockets.Platform;

/// <summary>Options that the BCL has no name for, by the numbers of Linux. On other systems they are unsupported.</summary>
internal static class LinuxOption
{
    public const int Socket = 1;
    public const int IPv4 = 0;
    public const int Tcp = 6;
    public const int IPv6 = 41;

    /// <summary>The longest name of an interface or an algorithm, with its terminating zero.</summary>
    public const int NameSize = 16;

    public static SocketSettingResult Set(SystemSocket socket, int level, int name, int value) => Set(socket, level, name, MemoryMarshal.AsBytes([value]));

    public static SocketSettingResult Set(SystemSocket socket, int level, int name, long value) => Set(socket, level, name, MemoryMarshal.AsBytes([value]));

    public static SocketSettingResult Set(SystemSocket socket, int level, int name, string value)
    {
        Span<byte> bytes = stackalloc byte[NameSize];
        int length = Encoding.ASCII.GetBytes(value, bytes);
        return Set(socket, level, name, bytes[..(length + 1)]);
    }

    public static bool TryGet(SystemSocket socket, int level, int name, out int value)
    {
        value = 0;
        return OperatingSystem.IsLinux() && socket.GetRawSocketOption(level, name, MemoryMarshal.AsBytes(new Span<int>(ref value))) == sizeof(int);
    }

    public static bool TryGet(SystemSocket socket, int level, int name, out long value)
    {
        value = 0;
        return OperatingSystem.IsLinux() && socket.GetRawSocketOption(level, name, MemoryMarshal.AsBytes(new Span<long>(ref value))) == sizeof(long);
    }

    public static bool TryGet(SystemSocket socket, int level, int name, out string value)
    {
        value = string.Empty;
        if (!OperatingSystem.IsLinux())
            return false;
        Span<byte> bytes = stackalloc byte[NameSize];
        bytes = bytes[..socket.GetRawSocketOption(level, name, bytes)];
        int end = bytes.IndexOf((byte)0);
        value = Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
        return true;
    }

    /// <summary>Sets an option that exists once for each family: on a dual-stack socket, both.</summary>
    public static SocketSettingResult SetForFamilies(SystemSocket socket, int nameIPv4, int nameIPv6, int value)
    {
        if (socket.AddressFamily == AddressFamily.InterNetwork)
            return Set(socket, IPv4, nameIPv4, value);
        SocketSettingResult result = Set(socket, IPv6, nameIPv6, value);
        if (result == SocketSettingResult.Applied && socket.DualMode)
            result = Set(socket, IPv4, nameIPv4, value);
        return result;
    }

    /// <summary>Of a dual-stack socket, what it has for IPv6.</summary>
    public static bool TryGetForFamily(SystemSocket socket, int nameIPv4, int nameIPv6, out int value) => socket.AddressFamily == AddressFamily.InterNetwork
        ? TryGet(socket, IPv4, nameIPv4, out value)
        : TryGet(socket, IPv6, nameIPv6, out value);

    private static SocketSettingResult Set(SystemSocket socket, int level, int name, ReadOnlySpan<byte> value)
    {
        if (!OperatingSystem.IsLinux())
            return SocketSettingResult.Unsupported;
        socket.SetRawSocketOption(level, name, value);
        return SocketSettingResult.Applied;
    }
}
