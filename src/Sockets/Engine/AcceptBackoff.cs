using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>
/// How long an accept loop waits after the system had nothing left (descriptors, memory): trying again at once would only burn
/// the processor that is needed to give something back.
/// </summary>
internal sealed class AcceptBackoff(TimeProvider timeProvider)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _next = Shortest;

    /// <summary>The connection is gone before it was accepted: nothing to wait for.</summary>
    public static bool IsOfOneConnection(SocketError error) =>
        error is SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.WouldBlock or SocketError.Interrupted
            or SocketError.TimedOut or SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown;

    /// <summary>After a success.</summary>
    public void Reset() => _next = Shortest;

    public TimeSpan Next()
    {
        TimeSpan delay = _next;
        _next = delay + delay < Longest ? delay + delay : Longest;
        return delay;
    }

    /// <summary>Waits for the next, longer delay; quietly shorter when cancelled.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Next(), timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop looks for itself why.
        }
    }
}
