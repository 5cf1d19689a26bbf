using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets;

public sealed partial class SocketPoll
{
    private const int KernelBatch = 256;

    private readonly ReadinessEvent[] _kernelEvents = new ReadinessEvent[KernelBatch];
    private readonly Queue<PollSource> _queue = new();
    private long _wait;
    private int _isEntered;
    private int _isWaiting; // in the kernel, or about to be: who signals something must end it
    private int _isWoken;

    /// <summary>
    /// Waits until something is to be reported, <see cref="Wake"/> is called, or the time is over; meanwhile it drives the
    /// handshakes and timers of the sockets. More than <paramref name="events"/> has room for comes with the next waits,
    /// everybody in turn. A socket is reported once in a wait, with all that was found.
    /// </summary>
    /// <param name="events">Filled from the start; room for one at least.</param>
    /// <param name="timeout">Real time. <see cref="TimeSpan.Zero"/>: only looks. <see cref="Timeout.InfiniteTimeSpan"/>: without limit.</param>
    /// <returns>How many events there are: 0 when the time is over, after <see cref="Wake"/>, and when the poll was disposed meanwhile.</returns>
    /// <exception cref="InvalidOperationException">Another thread waits.</exception>
    public int Wait(Span<SocketPollEvent> events, TimeSpan timeout)
    {
        if (events.IsEmpty)
            throw new ArgumentException("There must be room for one event at least.", nameof(events));
        if (timeout != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        if (Interlocked.Exchange(ref _isEntered, 1) != 0)
            throw new InvalidOperationException("Another thread waits on this poll: one at a time.");
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return WaitEntered(events, timeout);
        }
        finally
        {
            Volatile.Write(ref _isEntered, 0);
        }
    }

    private int WaitEntered(Span<SocketPollEvent> events, TimeSpan timeout)
    {
        _wait++;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            Gather(kernelEvents: 0);
            int count = Report(events);

            // Even with a full span the kernel is asked, so that those who are ready there get their turn among the others.
            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(start);
            bool isOver = timeout != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero;
            Gather(WaitForKernel(count > 0 || isOver ? TimeSpan.Zero : left));
            count += Report(events[count..]);
            if (count > 0 || isOver || Interlocked.Exchange(ref _isWoken, 0) != 0 || Volatile.Read(ref _isDisposed))
                return count;
        }
    }

    /// <summary>Puts into the queue whatever may have something to report.</summary>
    private void Gather(int kernelEvents)
    {
        if (kernelEvents > 0)
        {
            lock (Gate)
            {
                foreach (ReadinessEvent found in _kernelEvents.AsSpan(0, kernelEvents))
                {
                    // Whoever has the place now is somebody else if the token is not the same.
                    int place = (int)found.Token;
                    if (place >= _places || _entries[place] is not { } entry || entry.Token != found.Token)
                        continue;
                    if (entry.ReportedIn == _wait && entry.IsRepeatedByKernel)
                        continue; // what its user does with the report may make this untrue
                    entry.OnKernel(found.Mask);
                    Enqueue(entry);
                }
            }
        }

        for (PollEntry? entry = _signalled.TakeAll(); entry is not null;)
        {
            PollEntry? next = entry.NextSignalled; // before it may be pushed again
            entry.TakeSignals();
            Enqueue(entry);
            entry = next;
        }

        TakeDueTimers();
    }

    private void Enqueue(PollSource source)
    {
        if (source.IsQueued)
            return;
        source.IsQueued = true;
        _queue.Enqueue(source);
    }

    private int Report(Span<SocketPollEvent> events)
    {
        int count = 0;
        for (int left = _queue.Count; left > 0 && count < events.Length; left--)
        {
            PollSource source = _queue.Dequeue();
            source.IsQueued = false;
            if (source.IsGone)
                continue;
            if (source.ReportedIn == _wait)
            {
                Enqueue(source);
                continue;
            }

            SocketEvents found = source.Evaluate();
            if (found == SocketEvents.None || source.IsGone)
                continue;
            events[count++] = new SocketPollEvent(source, found);
            source.ReportedIn = _wait;
            if (source.OnReported(found))
                Enqueue(source);
        }

        return count;
    }

    /// <summary>
    /// Blocks if nothing is there. Others look at the mark after they have left their signal; here the mark is set before the
    /// signals are looked at: one of the two sees the other.
    /// </summary>
    private int WaitForKernel(TimeSpan timeout)
    {
        Interlocked.Exchange(ref _isWaiting, 1);
        try
        {
            if (!_signalled.IsEmpty || Volatile.Read(ref _isWoken) != 0)
                timeout = TimeSpan.Zero;
            if (timeout != TimeSpan.Zero)
                timeout = LimitToTimers(timeout);
            return Readiness.Wait(_kernelEvents, timeout);
        }
        catch (ObjectDisposedException) when (Volatile.Read(ref _isDisposed))
        {
            return 0;
        }
        finally
        {
            Volatile.Write(ref _isWaiting, 0);
        }
    }

    private void EndKernelWait()
    {
        if (Volatile.Read(ref _isWaiting) != 0)
            Readiness.Wake();
    }
}
