using System;
using System.Net.Sockets;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>Sets something on the system's socket. What should be there before it connects belongs into <see cref="SocketOptions.Settings"/>.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <param name="setting">One of <see cref="SocketSettings"/>.</param>
    /// <param name="value">Its value.</param>
    /// <returns>
    /// <see cref="SocketSettingResult.Unsupported"/> where the platform, the transport or the address family has no such thing,
    /// and on a server's datagram sockets, whose system socket serves all peers. Nothing was done then.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range of the setting.</exception>
    /// <exception cref="InvalidOperationException">The system does not take it in the socket's present state.</exception>
    /// <exception cref="SocketFailureException">The system refuses it, for want of a right for instance, or the socket is closed.</exception>
    public SocketSettingResult Set<T>(SocketSetting<T> setting, T value)
    {
        ArgumentNullException.ThrowIfNull(setting);
        setting.Validate(value);
        ThrowIfUnusable();
        try
        {
            return _link.Settable is { } socket ? setting.Apply(socket, value) : SocketSettingResult.Unsupported;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            throw Translate(exception, $"Setting {setting.Name} of the socket to");
        }
    }

    /// <summary>Asks the system for a setting's value. False: it does not tell, or there is no such thing here.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <param name="setting">One of <see cref="SocketSettings"/>.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="SocketFailureException">The socket is closed.</exception>
    public bool TryGet<T>(SocketSetting<T> setting, out T? value)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ThrowIfUnusable();
        try
        {
            if (_link.Settable is { } socket)
                return setting.TryRead(socket, out value!);
            value = default;
            return false;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            throw Translate(exception, $"Reading {setting.Name} of the socket to");
        }
    }
}
