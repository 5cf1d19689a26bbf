using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <content>A driver that goes by itself: the receive loop on the thread pool, and one timer for everything.</content>
internal sealed partial class DatagramDriver
{
    private Task _loop = Task.CompletedTask;
    private ITimer? _timer;
    private MonotonicTime _armed = MonotonicTime.Never;

    /// <summary>Background: begins to receive. Polled: nothing to begin.</summary>
    public void Start()
    {
        if (_mode == DriverMode.Polled)
            return;
        using (ExecutionContext.SuppressFlow())
            _loop = Task.Run(() => RunAsync(_port));
    }

    private async Task RunAsync(UdpPort port)
    {
        int errors = 0;
        while (!Volatile.Read(ref _stopped) && !port.IsDisposed)
        {
            try
            {
                // Other work on this thread pool gets its turn, however fast datagrams come.
                if (ReceiveTurn(port))
                    await Task.Yield();
                else
                    await port.WaitReadableAsync().ConfigureAwait(false);
                errors = 0;
            }
            catch (SocketException exception)
            {
                if (Volatile.Read(ref _stopped) || port.IsDisposed)
                    return;
                NoteSocketError(exception.SocketErrorCode);
                if (++errors >= ErrorsInARow)
                    await Task.Delay(TimeSpan.FromMilliseconds(20), _timeProvider).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private bool ReceiveTurn(UdpPort port)
    {
        var sink = new ChannelSink();
        return ReceiveTurn(port, ref sink);
    }

    private void CreateTimer()
    {
        using (ExecutionContext.SuppressFlow())
            _timer = _timeProvider.CreateTimer(static state => ((DatagramDriver)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            _armed = MonotonicTime.Never;
            RunTimers();
        }

        RunOutside();
    }

    /// <summary>One timer for everything. A later deadline than the armed one is left to the early wake-up.</summary>
    private void ArmTimer(MonotonicTime now, MonotonicTime next)
    {
        if (next >= _armed)
            return;
        _armed = next;
        _timer!.Change(DriverClock.Until(next, now), Timeout.InfiniteTimeSpan);
    }
}
