using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Platform;

namespace Sockets.Links.Dtls;

/// <content>
/// A driver that goes only when it is pumped: by a poll, by a call that blocks, or, while an asynchronous call waits, by itself.
/// </content>
internal sealed partial class DatagramDriver
{
    /// <summary>Another thread may have set an earlier timer while one blocks, and cannot wake it.</summary>
    private static readonly TimeSpan LongestBlock = TimeSpan.FromMilliseconds(250);

    /// <summary>What may not run under <see cref="_gate"/>, which covers it: calls of the application's code, and long work.</summary>
    private readonly Queue<Action> _outside = new();

    /// <summary>Covers whose turn it is to take datagrams from the socket; who wants it waits here until that one has pumped. Taken before <see cref="_gate"/>.</summary>
    private readonly object _turn = new();
    private bool _isTurnTaken;
    private int _pumpingThread;
    private long _nextTimeout = long.MaxValue;

    private int _waiters;
    private int _isPumpQueued;
    private bool _drivesItself;

    /// <summary>Polled: whom to tell that a pump is wanted.</summary>
    public IDriverOwner? Owner { get; set; }

    public DriverMode Mode => _mode;

    /// <summary>Whether this thread pumps: what it does is looked at afterwards.</summary>
    private bool IsPumping => _pumpingThread == Environment.CurrentManagedThreadId;

    /// <summary>Polled: when <see cref="Pump"/> must be called though no datagram came, in units of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long NextTimeout => Volatile.Read(ref _nextTimeout);

    /// <summary>
    /// Polled: receives what is there, lets happen whose time has come, then does what may not be done under the gate. Bounded.
    /// While another thread has the turn it does nothing: that one pumps.
    /// </summary>
    /// <returns>True: there may be more.</returns>
    public bool Pump()
    {
        var sink = new ChannelSink();
        return Pump(ref sink);
    }

    /// <inheritdoc cref="Pump()"/>
    /// <param name="sink">Takes the data.</param>
    public bool Pump<TSink>(ref TSink sink)
        where TSink : struct, IDriverSink, allows ref struct
    {
        lock (_turn)
        {
            if (_isTurnTaken)
                return false;
            _isTurnTaken = true;
        }

        bool mayHaveMore = PumpInTurn(ref sink);
        RunOutside();
        TellWhatIsLeft();
        return mayHaveMore;
    }

    /// <summary>
    /// Polled: blocks until the socket is ready, a timer is due, or another thread has pumped, and pumps, but for who waits to
    /// receive, and so is about to. Only who has the turn
    /// takes datagrams from the socket, so that no other sleeps there while its datagram has come.
    /// </summary>
    /// <param name="channel">Whose call it is. When what it wants has come already, there is no wait.</param>
    /// <param name="wants">What for; while the handshake goes on, its end.</param>
    /// <param name="timeout">At most so long.</param>
    /// <returns>False: the time is over.</returns>
    public bool WaitAndPump(DtlsChannel channel, LinkWants wants, TimeSpan timeout)
    {
        bool isOpening = !channel.WasOpen;
        bool isLast = timeout != Timeout.InfiniteTimeSpan && timeout <= LongestBlock;
        TimeSpan limit = isLast ? timeout : LongestBlock;
        lock (_turn)
        {
            if (channel.IsOver || (isOpening ? channel.WasOpen : wants == LinkWants.Read && channel.HasPendingData))
                return true;
            if (_isTurnTaken)
                return Monitor.Wait(_turn, limit) || !isLast;
            _isTurnTaken = true;
        }

        TimeSpan untilTimer = UntilNextTimeout();
        bool isTimer = untilTimer < limit;
        bool isReady = true;
        try
        {
            if (_port.Received is null)
                isReady = _port.Wait(isOpening ? LinkWants.Read : wants, isTimer ? untilTimer : limit);
        }
        catch (SocketException exception)
        {
            NoteSocketError(exception.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: the caller finds out.
        }

        if (!isOpening && wants == LinkWants.Read)
        {
            // Who waits to receive pumps when it does, straight into its buffer.
            EndTurn();
        }
        else
        {
            var sink = new ChannelSink();
            PumpInTurn(ref sink);
            RunOutside();
            TellWhatIsLeft();
        }

        return isReady || isTimer || !isLast;
    }

    /// <summary>
    /// An asynchronous call is about to wait. Polled: the driver goes by itself until <see cref="EndWait"/>, beside a poll when
    /// there is one.
    /// </summary>
    public void BeginWait()
    {
        if (_mode == DriverMode.Background)
            return;
        lock (_gate)
        {
            _waiters++;
            if (_stopped)
                return;
            if (_drivesItself)
            {
                PumpWhatIsLeft();
                return;
            }

            _drivesItself = true;
            if (_timer is null)
                CreateTimer();
            ArmTimer(_clock.Now, _endpoint.NextTimeout);
        }

        using (ExecutionContext.SuppressFlow())
            _ = DriveAsync();
    }

    public void EndWait()
    {
        if (_mode == DriverMode.Background)
            return;
        lock (_gate)
            _waiters--;
    }

    /// <summary>
    /// After a turn that took more from the system than it handled: the system does not know of the rest any more, so neither
    /// does who waits for it, a poll or <see cref="DriveAsync"/>.
    /// </summary>
    private void TellWhatIsLeft()
    {
        if (_port.Received is null || Volatile.Read(ref _stopped))
            return;
        Owner?.OnDriverChanged();
        PumpWhatIsLeft();
    }

    /// <summary>While asynchronous calls wait. Whoever has the turn now does the same at its end.</summary>
    private void PumpWhatIsLeft()
    {
        if (_port.Received is not null && Volatile.Read(ref _waiters) > 0 && Interlocked.Exchange(ref _isPumpQueued, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>What <see cref="PumpWhatIsLeft"/> or <see cref="TryForward"/> has queued.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (_mode == DriverMode.Background)
        {
            HandleForwarded();
            return;
        }

        Volatile.Write(ref _isPumpQueued, 0);
        Pump();
    }

    private async Task DriveAsync()
    {
        while (true)
        {
            while (Pump())
            {
            }

            lock (_gate)
            {
                if (_waiters == 0 || _stopped)
                {
                    _drivesItself = false;
                    return;
                }
            }

            try
            {
                await _port.WaitReadableAsync().ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                NoteSocketError(exception.SocketErrorCode);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>With the turn taken, which it gives back.</summary>
    private bool PumpInTurn<TSink>(ref TSink sink)
        where TSink : struct, IDriverSink, allows ref struct
    {
        try
        {
            lock (_gate)
            {
                // Inside the engine or a drain: called by the application's code, which that thread runs.
                if (_stopped || _insideEngine || _draining)
                    return false;
                _pumpingThread = Environment.CurrentManagedThreadId;
                bool mayHaveMore = ReceiveTurn(_port, ref sink);
                if (!_stopped)
                    RunTimers();
                _pumpingThread = 0;
                return mayHaveMore && !_stopped;
            }
        }
        finally
        {
            EndTurn();
        }
    }

    private void EndTurn()
    {
        lock (_turn)
        {
            _isTurnTaken = false;
            Monitor.PulseAll(_turn);
        }
    }

    /// <summary>
    /// Takes what is there, a bounded amount; what is left over of the last receive comes first in the next turn. True: the turn
    /// ended before the datagrams did.
    /// </summary>
    private bool ReceiveTurn<TSink>(UdpPort port, ref TSink sink)
        where TSink : struct, IDriverSink, allows ref struct
    {
        DatagramBatch batch = port.Received ?? DatagramBatch.Rent();
        port.Received = batch;
        try
        {
            return ReceiveTurn(port, batch, ref sink) && !Volatile.Read(ref _stopped);
        }
        finally
        {
            if (!batch.HasNext || Volatile.Read(ref _stopped))
            {
                port.Received = null;
                batch.Return();
            }
        }
    }

    private bool ReceiveTurn<TSink>(UdpPort port, DatagramBatch batch, ref TSink sink)
        where TSink : struct, IDriverSink, allows ref struct
    {
        int datagrams = 0;
        int errors = 0;
        bool isLast = false;
        while (datagrams < DatagramsPerTurn && sink.HasRoom)
        {
            if (batch.HasNext)
            {
                datagrams += HandleReceived(port, batch, DatagramsPerTurn - datagrams, ref sink);
                if (Volatile.Read(ref _stopped))
                    return false;
                continue;
            }

            if (isLast)
                return false;
            if (!sink.WantsMore)
                return true;
            SocketError error = port.TryReceive(batch, DatagramsPerTurn - datagrams, out isLast);
            if (error is SocketError.Success)
                continue;
            if (error == SocketError.WouldBlock || ++errors > ErrorsInARow)
                return false;
            NoteSocketError(error);
        }

        return true;
    }

    /// <summary>After each drain. Earlier than before, and not by the pump itself: whoever sleeps until then is told.</summary>
    private void SetNextTimeout(MonotonicTime next)
    {
        long timestamp = _clock.ToTimestamp(next);
        bool isEarlier = timestamp < _nextTimeout;
        Volatile.Write(ref _nextTimeout, timestamp);
        if (isEarlier && !IsPumping)
            Owner?.OnDriverChanged();
    }

    private TimeSpan UntilNextTimeout()
    {
        long next = NextTimeout;
        if (next == long.MaxValue)
            return TimeSpan.MaxValue;
        long now = _timeProvider.GetTimestamp();
        return next <= now ? TimeSpan.Zero : _timeProvider.GetElapsedTime(now, next);
    }

    /// <summary>Runs <paramref name="work"/> where it can take its time and call into the application: on the thread pool, or at the end of the pump.</summary>
    public void Later(Action work)
    {
        if (_mode == DriverMode.Background)
        {
            _ = Task.Run(work);
            return;
        }

        _outside.Enqueue(work);
        if (!IsPumping)
            Owner?.OnDriverChanged();
    }

    private void RunOutside()
    {
        if (_mode == DriverMode.Background)
            return;
        while (true)
        {
            Action? work;
            lock (_gate)
            {
                if ((_draining && !_stopped) || _insideEngine || !_outside.TryDequeue(out work))
                    return;
            }

            work();
        }
    }
}
