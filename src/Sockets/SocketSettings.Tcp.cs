using System;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using Sockets.Platform;
using static Sockets.SocketSettingResult;

namespace Sockets;

public static partial class SocketSettings
{
    private const int MaxKeepAliveSeconds = 32767;
    private const int CorkOption = 3;
    private const int QuickAckOption = 12;
    private const int CongestionControlOption = 13;
    private const int MaxSegmentSizeOption = 2;
    private const int UserTimeoutOption = 18;
    private const int FastOpenOption = 23;
    private const int NotSentOption = 25;
    private const int FastOpenConnectOption = 30;
    private const int MaxPacingRateOption = 47;
    private const int FastOpenServerBit = 2;
    private const string FastOpenSwitch = "/proc/sys/net/ipv4/tcp_fastopen";

    /// <summary>TCP: small pieces are sent at once, not held back until the peer has acknowledged the ones before (Nagle's algorithm off).</summary>
    public static SocketSetting<bool> NoDelay { get; } = new SystemSetting<bool>(nameof(NoDelay), SettingScope.Tcp, SettingMoments.Connection)
    {
        Write = static (socket, value) =>
        {
            socket.NoDelay = value;
            return Applied;
        },
        Read = static (SystemSocket socket, out bool value) =>
        {
            value = socket.NoDelay;
            return true;
        },
    };

    /// <summary>TCP: what arrives is acknowledged at once. Not for good: the system goes back to delaying when it sees fit, so set it after receiving. Linux.</summary>
    public static SocketSetting<bool> QuickAck { get; } = LinuxFlag(nameof(QuickAck), SettingMoments.AfterConnect | SettingMoments.AfterAccept, QuickAckOption);

    /// <summary>TCP: only full packets are sent until this is taken back, or 200 ms have passed. Linux.</summary>
    public static SocketSetting<bool> Cork { get; } = LinuxFlag(nameof(Cork), SettingMoments.AfterConnect | SettingMoments.AfterAccept, CorkOption);

    /// <summary>TCP: an idle peer is asked now and then whether it is still there.</summary>
    public static SocketSetting<bool> KeepAlive { get; } = new SystemSetting<bool>(nameof(KeepAlive), SettingScope.Tcp, SettingMoments.Connection)
    {
        Write = static (socket, value) =>
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, value);
            return Applied;
        },
        Read = static (SystemSocket socket, out bool value) =>
        {
            value = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)! != 0;
            return true;
        },
    };

    /// <summary>TCP: how long nothing was heard before the first question of <see cref="KeepAlive"/>: 1 to 32,767 s.</summary>
    public static SocketSetting<TimeSpan> KeepAliveIdle { get; } = KeepAliveTime(nameof(KeepAliveIdle), SocketOptionName.TcpKeepAliveTime);

    /// <summary>TCP: the time between questions of <see cref="KeepAlive"/> that are not answered: 1 to 32,767 s.</summary>
    public static SocketSetting<TimeSpan> KeepAliveInterval { get; } = KeepAliveTime(nameof(KeepAliveInterval), SocketOptionName.TcpKeepAliveInterval);

    /// <summary>TCP: after so many unanswered questions of <see cref="KeepAlive"/> the connection is over: 1 to 127.</summary>
    public static SocketSetting<int> KeepAliveProbes { get; } = new SystemSetting<int>(nameof(KeepAliveProbes), SettingScope.Tcp, SettingMoments.Connection)
    {
        IsInRange = static value => value is >= 1 and <= 127,
        Range = "1 to 127",
        Write = static (socket, value) =>
        {
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, value);
            return Applied;
        },
        Read = static (SystemSocket socket, out int value) =>
        {
            value = (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!;
            return true;
        },
    };

    /// <summary>TCP: how long data may go unacknowledged before the connection is over; 0: as the system sees fit. Up to 2,147,483,647 ms. Linux.</summary>
    public static SocketSetting<TimeSpan> UserTimeout { get; } = new SystemSetting<TimeSpan>(nameof(UserTimeout), SettingScope.Tcp, SettingMoments.Connection)
    {
        IsInRange = static value => value >= TimeSpan.Zero && value.TotalMilliseconds <= int.MaxValue,
        Range = "0 to 2147483647 ms",
        Write = static (socket, value) => LinuxOption.Set(socket, LinuxOption.Tcp, UserTimeoutOption, (int)Math.Ceiling(value.TotalMilliseconds)),
        Read = static (SystemSocket socket, out TimeSpan value) =>
        {
            bool isKnown = LinuxOption.TryGet(socket, LinuxOption.Tcp, UserTimeoutOption, out int milliseconds);
            value = TimeSpan.FromMilliseconds(milliseconds);
            return isKnown;
        },
    };

    /// <summary>TCP: with this many unsent bytes or more, the socket does not count as having room to send: 1 to 2,147,483,647 (no limit). Linux.</summary>
    public static SocketSetting<int> NotSentLowWaterMark { get; } = new SystemSetting<int>(nameof(NotSentLowWaterMark), SettingScope.Tcp, SettingMoments.Connection)
    {
        IsInRange = static value => value >= 1,
        Range = "1 to 2147483647 bytes",
        Write = static (socket, value) => LinuxOption.Set(socket, LinuxOption.Tcp, NotSentOption, value),
        Read = static (SystemSocket socket, out int value) =>
        {
            bool isKnown = LinuxOption.TryGet(socket, LinuxOption.Tcp, NotSentOption, out value);
            if (value <= 0)
                value = int.MaxValue; // unsigned, and "as the whole system is set", which is no limit unless somebody changed it
            return isKnown;
        },
    };

    /// <summary>TCP: the largest segment, as told to the peer when the connection begins: 88 to 32,767 bytes. Of a connection, reading gives the size in use. Linux.</summary>
    public static SocketSetting<int> MaxSegmentSize { get; } = new SystemSetting<int>(
        nameof(MaxSegmentSize), SettingScope.Tcp, SettingMoments.BeforeConnect | SettingMoments.BeforeListen)
    {
        IsInRange = static value => value is >= 88 and <= 32767,
        Range = "88 to 32767 bytes",
        Write = static (socket, value) => LinuxOption.Set(socket, LinuxOption.Tcp, MaxSegmentSizeOption, value),
        Read = static (SystemSocket socket, out int value) => LinuxOption.TryGet(socket, LinuxOption.Tcp, MaxSegmentSizeOption, out value),
    };

    /// <summary>TCP: bytes a second that are sent at most; null: no limit. Linux.</summary>
    public static SocketSetting<long?> MaxPacingRate { get; } = new SystemSetting<long?>(nameof(MaxPacingRate), SettingScope.Tcp, SettingMoments.Connection)
    {
        IsInRange = static value => value is null or >= 1,
        Range = "null, or 1 to 9223372036854775807 bytes a second",
        Write = static (socket, value) => LinuxOption.Set(socket, LinuxOption.Socket, MaxPacingRateOption, value ?? -1L),
        Read = static (SystemSocket socket, out long? value) =>
        {
            bool isKnown = LinuxOption.TryGet(socket, LinuxOption.Socket, MaxPacingRateOption, out long rate);
            value = rate < 0 ? null : rate;
            return isKnown;
        },
    };

    /// <summary>TCP: the congestion control algorithm by its name, such as <c>cubic</c> or <c>bbr</c>. Unsupported where the system does not have it. Linux.</summary>
    public static SocketSetting<string> CongestionControl { get; } = new SystemSetting<string>(nameof(CongestionControl), SettingScope.Tcp, SettingMoments.Always)
    {
        IsInRange = static value => value.Length > 0 && IsName(value),
        Range = "the name of an algorithm (1 to 15 ASCII characters)",
        Write = static (socket, value) =>
        {
            try
            {
                return LinuxOption.Set(socket, LinuxOption.Tcp, CongestionControlOption, value);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                return Unsupported; // ENOENT: the kernel has no algorithm of this name
            }
        },
        Read = static (SystemSocket socket, out string value) => LinuxOption.TryGet(socket, LinuxOption.Tcp, CongestionControlOption, out value),
    };

    /// <summary>TCP, listeners: data may come with the first packet of a connection (RFC 7413); so many such connections may wait: 0 (off) to 65,535. Unsupported where the system is set to ignore it. Linux.</summary>
    public static SocketSetting<int> FastOpenQueueLength { get; } = new SystemSetting<int>(nameof(FastOpenQueueLength), SettingScope.Tcp, SettingMoments.BeforeListen)
    {
        IsInRange = static value => value is >= 0 and <= ushort.MaxValue,
        Range = "0 to 65535 connections",
        Write = static (socket, value) => value > 0 && !IsFastOpenServer()
            ? Unsupported
            : LinuxOption.Set(socket, LinuxOption.Tcp, FastOpenOption, value),
        Read = static (SystemSocket socket, out int value) => LinuxOption.TryGet(socket, LinuxOption.Tcp, FastOpenOption, out value),
    };

    /// <summary>TCP, clients: the first data goes out with the first packet of the connection, once the server is known (RFC 7413). It may arrive twice: for requests that may be repeated only. Linux.</summary>
    public static SocketSetting<bool> FastOpenConnect { get; } = LinuxFlag(nameof(FastOpenConnect), SettingMoments.BeforeConnect, FastOpenConnectOption);

    private static SystemSetting<bool> LinuxFlag(string name, SettingMoments moments, int option) => new(name, SettingScope.Tcp, moments)
    {
        Write = (socket, value) => LinuxOption.Set(socket, LinuxOption.Tcp, option, value ? 1 : 0),
        Read = (SystemSocket socket, out bool value) =>
        {
            bool isKnown = LinuxOption.TryGet(socket, LinuxOption.Tcp, option, out int flag);
            value = flag != 0;
            return isKnown;
        },
    };

    private static SystemSetting<TimeSpan> KeepAliveTime(string name, SocketOptionName option) => new(name, SettingScope.Tcp, SettingMoments.Connection)
    {
        IsInRange = static value => IsWithin(value, 1, MaxKeepAliveSeconds),
        Range = "1 to 32767 s",
        Write = (socket, value) =>
        {
            socket.SetSocketOption(SocketOptionLevel.Tcp, option, ToSeconds(value));
            return Applied;
        },
        Read = (SystemSocket socket, out TimeSpan value) =>
        {
            value = TimeSpan.FromSeconds((int)socket.GetSocketOption(SocketOptionLevel.Tcp, option)!);
            return true;
        },
    };

    /// <summary>The kernel takes the option also where the whole system is set to ignore it.</summary>
    private static bool IsFastOpenServer()
    {
        try
        {
            return (int.Parse(File.ReadAllText(FastOpenSwitch), CultureInfo.InvariantCulture) & FastOpenServerBit) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return OperatingSystem.IsLinux(); // nobody says so: the kernel decides
        }
    }
}
