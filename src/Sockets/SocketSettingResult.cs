namespace Sockets;

/// <summary>What became of a setting.</summary>
public enum SocketSettingResult
{
    /// <summary>The system took it.</summary>
    Applied,

    /// <summary>This system, transport or address family has no such thing; nothing was changed.</summary>
    Unsupported,
}
