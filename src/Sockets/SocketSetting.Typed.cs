using System;
using Sockets.Platform;

namespace Sockets;

/// <summary>A setting with the type of its value.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public abstract class SocketSetting<T> : SocketSetting
{
    private protected SocketSetting(string name, SettingMoments moments)
        : base(name, moments)
    {
    }

    /// <summary>Refuses what no system takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range, which the message names.</exception>
    internal abstract void Validate(T value);

    /// <summary>Has the system take the value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range, which the message names.</exception>
    /// <exception cref="InvalidOperationException">The system does not take it in the socket's present state.</exception>
    /// <exception cref="SocketFailureException">The system refuses, for want of a right for instance.</exception>
    internal abstract SocketSettingResult Apply(SystemSocket socket, T value);

    /// <summary>Asks the system for the value; false where it does not tell.</summary>
    internal abstract bool TryRead(SystemSocket socket, out T value);
}
