using System;

namespace Sockets.Platform;

/// <summary>What a system may do with several datagrams at once. None of it is needed.</summary>
[Flags]
internal enum DatagramFeatures
{
    None = 0,

    /// <summary>One call hands over a run of datagrams of one size, which the system or the device cuts (UDP_SEGMENT).</summary>
    Segmentation = 1,

    /// <summary>Datagrams of one size that came from one peer are handed over in one piece (UDP_GRO).</summary>
    Coalescing = 2,

    /// <summary>One call hands over several messages (sendmmsg).</summary>
    SendBatches = 4,

    /// <summary>One call takes several messages (recvmmsg).</summary>
    ReceiveBatches = 8,
}
