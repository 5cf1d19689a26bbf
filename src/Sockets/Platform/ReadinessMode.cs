using System;

namespace Sockets.Platform;

/// <summary>When readiness is reported.</summary>
[Flags]
internal enum ReadinessMode
{
    /// <summary>By every wait, as long as it lasts.</summary>
    Level = 0,

    /// <summary>When it begins; again only after an operation would have blocked, which <see cref="Readiness.Rearm"/> is to be told.</summary>
    Edge = 1,

    /// <summary>Once; nothing more before <see cref="Readiness.Modify"/>.</summary>
    OneShot = 2,
}
