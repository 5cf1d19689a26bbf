using System;

namespace Sockets.Platform;

/// <summary>When in the life of a socket a setting is applied.</summary>
[Flags]
internal enum SettingMoments
{
    None = 0,

    /// <summary>On a socket that is about to connect.</summary>
    BeforeConnect = 1,

    /// <summary>On a socket that has connected: what the system forgets, or does not take, before that.</summary>
    AfterConnect = 2,

    /// <summary>On a bound socket that is about to listen, or to receive datagrams from anybody.</summary>
    BeforeListen = 4,

    /// <summary>On a socket that was accepted.</summary>
    AfterAccept = 8,

    /// <summary>What belongs to a connection.</summary>
    Connection = BeforeConnect | AfterAccept,

    /// <summary>What shapes the first packets already.</summary>
    Always = BeforeConnect | BeforeListen | AfterAccept,
}
