using System;

namespace Sockets.Links.Dtls;

/// <summary>What was asked of a channel inside the engine's callback, where the engine may not be called: done right after it.</summary>
[Flags]
internal enum ChannelRequests : byte
{
    None = 0,
    KeyUpdate = 1,
    KeyUpdateOfBoth = 2,
    Abort = 4,
    Close = 8,
    Cancel = 16,
    ClientCertificate = 32,
}
