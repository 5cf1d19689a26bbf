using System;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading;
using Sockets.Links;

namespace Sockets.Platform;

/// <summary>Blocks the calling thread on one system socket.</summary>
internal static class SystemSocketWait
{
    /// <summary>The BCL's poll counts microseconds in 32 bits: 35 minutes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <summary>Waits for readiness, or for an error that the next operation takes; false when <paramref name="timeout"/> is over. <see cref="Timeout.InfiniteTimeSpan"/>: no limit.</summary>
    public static bool Wait(SystemSocket socket, LinkWants wants, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? Longest : timeout - Stopwatch.GetElapsedTime(start);
            if (left < TimeSpan.Zero)
                left = TimeSpan.Zero;
            if (WaitOnce(socket, wants, left < Longest ? left : Longest))
                return true;
            if (left == TimeSpan.Zero)
                return false;

            // poll(2) returns for an error as well, of which the BCL's says nothing: an ICMP message for a datagram socket.
            if (socket.Poll(TimeSpan.Zero, SelectMode.SelectError))
                return true;
        }
    }

    private static bool WaitOnce(SystemSocket socket, LinkWants wants, TimeSpan timeout)
    {
        if (wants != (LinkWants.Read | LinkWants.Write))
            return socket.Poll(timeout, wants == LinkWants.Write ? SelectMode.SelectWrite : SelectMode.SelectRead);

        // The BCL's takes one direction; both are wanted only while TLS flushes and reads, where alternating is enough.
        TimeSpan slice = TimeSpan.FromMilliseconds(5);
        return socket.Poll(timeout < slice ? timeout : slice, SelectMode.SelectRead) || socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite);
    }
}
