using System;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading;
using Sockets.Links;

namespace Sockets.Platform;

/// <summary>Blocks the calling thread on one system socket.</summary>
internal static class SystemSocketWait
{
    /// <summary>Waits for readiness; false when <paramref name="timeout"/> is over. <see cref="Timeout.InfiniteTimeSpan"/>: no limit.</summary>
    public static bool Wait(SystemSocket socket, LinkWants wants, TimeSpan timeout)
    {
        // poll(2) of the BCL takes one direction; both are wanted only while TLS flushes and reads, where alternating is enough.
        if (wants == (LinkWants.Read | LinkWants.Write))
        {
            long start = Stopwatch.GetTimestamp();
            while (timeout == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(start) < timeout)
            {
                if (socket.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead) || socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite))
                    return true;
            }

            return false;
        }

        return socket.Poll(timeout, wants == LinkWants.Write ? SelectMode.SelectWrite : SelectMode.SelectRead);
    }
}
