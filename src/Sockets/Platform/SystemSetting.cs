using System;
using System.Net.Sockets;

namespace Sockets.Platform;

/// <summary>A setting made of how one system call or another sets and reads it.</summary>
/// <param name="name">The name of its property.</param>
/// <param name="scope">The sockets it has an effect on; others are unsupported without asking the system.</param>
/// <param name="moments">When a list applies it.</param>
internal sealed class SystemSetting<T>(string name, SettingScope scope, SettingMoments moments) : SocketSetting<T>(name, moments)
{
    /// <summary>Sets a value that was validated. An error of the system that means "no such option" counts as unsupported.</summary>
    public required Func<SystemSocket, T, SocketSettingResult> Write { get; init; }

    public required SettingReader<T> Read { get; init; }

    /// <summary>True for what can be set; null: everything can.</summary>
    public Func<T, bool>? IsInRange { get; init; }

    /// <summary>In words, for whoever gave another value.</summary>
    public string Range { get; init; } = string.Empty;

    /// <summary>What a system error means when it is neither "no such option" nor told well by its own text.</summary>
    public Func<SocketError, T, SocketFailureException?>? Explain { get; init; }

    internal override void Validate(T value)
    {
        if (value is null && default(T) is null && typeof(T) == typeof(string))
            throw new ArgumentNullException(nameof(value), $"{Name} takes {Range}.");
        if (IsInRange is not null && !IsInRange(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{Name} takes {Range}.");
    }

    internal override SocketSettingResult Apply(SystemSocket socket, T value)
    {
        Validate(value);
        if (!IsOf(socket))
            return SocketSettingResult.Unsupported;
        try
        {
            return Write(socket, value);
        }
        catch (SocketException exception) when (IsUnknown(exception.SocketErrorCode))
        {
            return SocketSettingResult.Unsupported;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.InvalidArgument or SocketError.IsConnected)
        {
            throw new InvalidOperationException($"The system does not take {Name} = {value} in the present state of the socket.", exception);
        }
        catch (SocketException exception)
        {
            throw Explain?.Invoke(exception.SocketErrorCode, value) ?? SocketFailureException.From(exception, $"Setting {Name} to {value}");
        }
    }

    internal override bool TryRead(SystemSocket socket, out T value)
    {
        if (IsOf(socket))
        {
            try
            {
                return Read(socket, out value);
            }
            catch (SocketException)
            {
                ObjectDisposedException.ThrowIf(socket.SafeHandle.IsClosed, socket);
            }
        }

        value = default!;
        return false;
    }

    private bool IsOf(SystemSocket socket)
    {
        bool isInternet = socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6;
        return scope switch
        {
            SettingScope.Any => true,
            SettingScope.Internet => isInternet,
            SettingScope.Tcp => isInternet && socket.SocketType == SocketType.Stream,
            _ => isInternet && socket.SocketType == SocketType.Dgram,
        };
    }

    private static bool IsUnknown(SocketError error) =>
        error is SocketError.ProtocolOption or SocketError.OperationNotSupported or SocketError.ProtocolNotSupported or SocketError.AddressFamilyNotSupported;
}
