using Sockets.Platform;

namespace Sockets;

/// <summary>Something about a socket that the system lets one choose. All of them are in <see cref="SocketSettings"/>.</summary>
public abstract class SocketSetting
{
    private protected SocketSetting(string name, SettingMoments moments)
    {
        Name = name;
        Moments = moments;
    }

    /// <summary>The name of the property of <see cref="SocketSettings"/>.</summary>
    public string Name { get; }

    /// <summary>When a list of settings applies it.</summary>
    internal SettingMoments Moments { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
