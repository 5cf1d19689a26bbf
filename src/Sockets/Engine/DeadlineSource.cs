using System;
using System.Threading;

namespace Sockets.Engine;

/// <summary>A token source on a <see cref="Deadline"/>, on whatever clock that runs.</summary>
internal sealed class DeadlineSource : CancellationTokenSource
{
    private readonly Deadline _deadline;
    private readonly CancellationTokenRegistration _registration;
    private readonly ITimer? _timer;

    public DeadlineSource(Deadline deadline, CancellationToken cancellationToken)
    {
        _deadline = deadline;
        _registration = cancellationToken.UnsafeRegister(static state => ((DeadlineSource)state!).CancelQuietly(), this);
        if (deadline.IsNever || IsCancellationRequested)
            return;
        // Started only after it has been stored: the callback sets it again.
        _timer = deadline.TimeProvider.CreateTimer(static state => ((DeadlineSource)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(Deadline.ToTimer(deadline.Remaining), Timeout.InfiniteTimeSpan);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer?.Dispose();
            _registration.Dispose();
        }

        base.Dispose(disposing);
    }

    private void OnTimer()
    {
        // The timer's clock is coarser than the deadline's and may be ahead of it.
        if (_deadline.IsExpired)
            CancelQuietly();
        else
            _timer!.Change(Deadline.ToTimer(_deadline.Remaining), Timeout.InfiniteTimeSpan);
    }

    private void CancelQuietly()
    {
        try
        {
            Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The time ran out in the moment in which the work was finished.
        }
        catch (AggregateException)
        {
            // A resolver or a probe of the application may register with the token what it likes. The outcome stays the same, and
            // on a timer's thread an exception would end the program.
        }
    }
}
