using System;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Pooling;

namespace Sockets;

/// <content>When a connection that did not come about, or was lost, is made anew.</content>
public sealed partial class SocketPool
{
    /// <summary>
    /// Whether the cause may pass by itself. What the peer, its certificate or the cryptography says will be the same the next time, and
    /// asking again and again is an attack at best and an oracle at worst.
    /// </summary>
    internal static bool MayPass(SocketFailureReason reason) => reason is
        SocketFailureReason.TimedOut or SocketFailureReason.ConnectionRefused or SocketFailureReason.ConnectionReset
        or SocketFailureReason.Unreachable or SocketFailureReason.ResourcesExhausted;

    private bool MayRetry(SocketFailureException failure, long start, ref int retries, out TimeSpan delay)
    {
        delay = default;
        if (retries >= _options.ConnectRetries || !MayPass(failure.Reason))
            return false;
        delay = _options.RetryDelay;
        for (int i = 0; i < retries && delay < _options.MaxRetryDelay; i++)
            delay = delay < _options.MaxRetryDelay / 2 ? delay * 2 : _options.MaxRetryDelay;
        lock (_gate)
            delay = PoolTime.Shorten(delay, _options.Jitter, _random);
        retries++;
        return _options.RentTimeout == Timeout.InfiniteTimeSpan || _timeProvider.GetElapsedTime(start) + delay < _options.RentTimeout;
    }

    /// <summary>Ends early when the pool is closed.</summary>
    private async ValueTask PauseAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, cancellationToken);
        try
        {
            await Task.Delay(delay, _timeProvider, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever goes on finds the pool closed.
        }
    }
}
