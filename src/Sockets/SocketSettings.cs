using System;
using System.Net.Sockets;
using Sockets.Platform;
using static Sockets.SocketSettingResult;

namespace Sockets;

/// <summary>
/// What can be set on a socket. Where a system, a transport or an address family has no such thing, the answer is
/// <see cref="Unsupported"/>, never silence. Times are rounded up to the unit the system counts in.
/// </summary>
public static partial class SocketSettings
{
    private const int MaxBufferSize = int.MaxValue / 2;

    /// <summary>Bytes received that nobody has read yet, at most: 1 to 1,073,741,823. The system may grant less; reading tells (on Linux without what it adds for itself). Unsupported on Unix domain sockets of Linux.</summary>
    public static SocketSetting<int> ReceiveBufferSize { get; } = new SystemSetting<int>(nameof(ReceiveBufferSize), SettingScope.Any, SettingMoments.Always)
    {
        IsInRange = static value => value is >= 1 and <= MaxBufferSize,
        Range = "1 to 1073741823 bytes",
        Write = static (socket, value) =>
        {
            if (!HasReceiveBuffer(socket))
                return Unsupported;
            socket.ReceiveBufferSize = value;
            return Applied;
        },
        Read = static (SystemSocket socket, out int value) =>
        {
            value = WithoutBookkeeping(socket.ReceiveBufferSize);
            return HasReceiveBuffer(socket);
        },
    };

    /// <summary>Bytes taken over for sending that the peer has not acknowledged, at most: 1 to 1,073,741,823. The system may grant less; reading tells (on Linux without what it adds for itself).</summary>
    public static SocketSetting<int> SendBufferSize { get; } = new SystemSetting<int>(nameof(SendBufferSize), SettingScope.Any, SettingMoments.Always)
    {
        IsInRange = static value => value is >= 1 and <= MaxBufferSize,
        Range = "1 to 1073741823 bytes",
        Write = static (socket, value) =>
        {
            socket.SendBufferSize = value;
            return Applied;
        },
        Read = static (SystemSocket socket, out int value) =>
        {
            value = WithoutBookkeeping(socket.SendBufferSize);
            return true;
        },
    };

    /// <summary>TCP: what closing does with data the peer has not acknowledged. Null: the system goes on in the background. Zero: it is thrown away and the connection reset. Otherwise closing waits so long, up to 65,535 s.</summary>
    public static SocketSetting<TimeSpan?> Linger { get; } = new SystemSetting<TimeSpan?>(nameof(Linger), SettingScope.Tcp, SettingMoments.Connection)
    {
        IsInRange = static value => value is null || IsWithin(value.Value, 0, ushort.MaxValue),
        Range = "null, or 0 to 65535 s",
        Write = static (socket, value) =>
        {
            socket.LingerState = new LingerOption(value is not null, value is { } time ? ToSeconds(time) : 0);
            return Applied;
        },
        Read = static (SystemSocket socket, out TimeSpan? value) =>
        {
            value = socket.LingerState is { Enabled: true } state ? TimeSpan.FromSeconds(state.LingerTime) : null;
            return true;
        },
    };

    /// <summary>UDP: datagrams to broadcast addresses may be sent.</summary>
    public static SocketSetting<bool> Broadcast { get; } = new SystemSetting<bool>(nameof(Broadcast), SettingScope.Udp, SettingMoments.Always)
    {
        Write = static (socket, value) =>
        {
            if (socket.AddressFamily == AddressFamily.InterNetworkV6 && !socket.DualMode)
                return Unsupported; // IPv6 has no broadcast
            socket.EnableBroadcast = value;
            return Applied;
        },
        Read = static (SystemSocket socket, out bool value) =>
        {
            value = socket.EnableBroadcast;
            return socket.AddressFamily == AddressFamily.InterNetwork || socket.DualMode;
        },
    };

    /// <summary>The device whose packets alone are sent and received, by its name of 1 to 15 characters; empty: all. Linux.</summary>
    public static SocketSetting<string> BindToDevice { get; } = new SystemSetting<string>(
        nameof(BindToDevice), SettingScope.Internet, SettingMoments.BeforeConnect | SettingMoments.BeforeListen)
    {
        IsInRange = static value => value.Length == 0 || IsName(value),
        Range = "the name of a network interface (at most 15 ASCII characters), or an empty string",
        Write = static (socket, value) => LinuxOption.Set(socket, LinuxOption.Socket, 25, value),
        Read = static (SystemSocket socket, out string value) => LinuxOption.TryGet(socket, LinuxOption.Socket, 25, out value),
        Explain = static (error, value) => error == SocketError.SocketError
            ? new SocketFailureException(SocketFailureReason.AddressNotAvailable, $"There is no network interface named {value}.", new SocketException((int)error))
            : null,
    };

    /// <summary>How long a receive that finds nothing asks the network card before it sleeps: microseconds, 0 for not at all. Raising it takes a right (CAP_NET_ADMIN). Linux.</summary>
    public static SocketSetting<TimeSpan> BusyPoll { get; } = new SystemSetting<TimeSpan>(nameof(BusyPoll), SettingScope.Internet, SettingMoments.Always)
    {
        IsInRange = static value => value >= TimeSpan.Zero && value.TotalMicroseconds <= int.MaxValue,
        Range = "0 to 2147483647 microseconds",
        Write = static (socket, value) => LinuxOption.Set(socket, LinuxOption.Socket, 46, (int)Math.Ceiling(value.TotalMicroseconds)),
        Read = static (SystemSocket socket, out TimeSpan value) =>
        {
            bool isKnown = LinuxOption.TryGet(socket, LinuxOption.Socket, 46, out int microseconds);
            value = TimeSpan.FromMicroseconds(microseconds);
            return isKnown;
        },
    };

    /// <summary>The mark that routing and filtering rules look for. Takes a right (CAP_NET_ADMIN or CAP_NET_RAW). Linux.</summary>
    public static SocketSetting<uint> Mark { get; } = new SystemSetting<uint>(nameof(Mark), SettingScope.Internet, SettingMoments.Always)
    {
        Write = static (socket, value) => LinuxOption.Set(socket, LinuxOption.Socket, 36, (int)value),
        Read = static (SystemSocket socket, out uint value) =>
        {
            bool isKnown = LinuxOption.TryGet(socket, LinuxOption.Socket, 36, out int mark);
            value = (uint)mark;
            return isKnown;
        },
    };

    /// <summary>The class in which this machine queues the packets: 0 (default) to 6; more takes a right (CAP_NET_ADMIN). Set it after <see cref="Dscp"/>, which changes it. Linux.</summary>
    public static SocketSetting<int> Priority { get; } = new SystemSetting<int>(nameof(Priority), SettingScope.Internet, SettingMoments.Always)
    {
        IsInRange = static value => value >= 0,
        Range = "0 to 2147483647",
        Write = static (socket, value) => LinuxOption.Set(socket, LinuxOption.Socket, 12, value),
        Read = static (SystemSocket socket, out int value) => LinuxOption.TryGet(socket, LinuxOption.Socket, 12, out value),
    };

    /// <summary>unix(7): the receive buffer size has no effect there; the sender's counts.</summary>
    private static bool HasReceiveBuffer(SystemSocket socket) => socket.AddressFamily != AddressFamily.Unix || !OperatingSystem.IsLinux();

    /// <summary>socket(7): the kernel doubles what is set and returns the doubled value.</summary>
    private static int WithoutBookkeeping(int size) => OperatingSystem.IsLinux() ? size / 2 : size;

    private static bool IsWithin(TimeSpan value, int fromSeconds, int toSeconds) => value >= TimeSpan.FromSeconds(fromSeconds) && value <= TimeSpan.FromSeconds(toSeconds);

    private static int ToSeconds(TimeSpan value) => (int)Math.Ceiling(value.TotalSeconds);

    private static bool IsName(string value) =>
        value.Length < LinuxOption.NameSize && value.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && !value.Contains('/', StringComparison.Ordinal);
}
