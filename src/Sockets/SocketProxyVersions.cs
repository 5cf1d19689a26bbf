using System;

namespace Sockets;

/// <summary>Versions of the PROXY protocol.</summary>
[Flags]
public enum SocketProxyVersions
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A line of text.</summary>
    Version1 = 1,

    /// <summary>Binary, with room for more than the addresses.</summary>
    Version2 = 2,

    /// <summary>Both.</summary>
    All = Version1 | Version2,
}
