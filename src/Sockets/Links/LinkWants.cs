using System;

namespace Sockets.Links;

/// <summary>What must happen at the system's socket before something can go on.</summary>
[Flags]
internal enum LinkWants : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It must become readable.</summary>
    Read = 1,

    /// <summary>It must become writable.</summary>
    Write = 2,
}
