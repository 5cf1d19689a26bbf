using System;
using System.Diagnostics;
using System.Threading;

namespace Sockets.LoadBench.Dtls;

/// <summary>
/// Datagrams from one thread to another: the calling thread sends, one of its own receives and checks. An operation is a
/// datagram that was delivered and found right; its time ends with the last one.
/// </summary>
/// <remarks>
/// The sender keeps at most <see cref="Window"/> datagrams ahead of the receiver, which fit into the socket's buffer, for every
/// contender alike: else whoever sends faster than the other end receives only fills it and drops.
/// </remarks>
internal abstract class DatagramFlow : LoadWork
{
    /// <summary>Datagrams that may be on their way.</summary>
    protected const int Window = 1024;

    /// <summary>SO_SNDBUF and SO_RCVBUF: what the system grants without privileges on most machines.</summary>
    public const int SocketBuffer = 4 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly DatagramContent _content;
    private readonly ManualResetEventSlim _done = new();
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly int _count;
    private Thread? _receiver;
    private Exception? _failure;
    private int _slice;
    private long _delivered;
    private long _lastArrival;
    private long _totalSent;
    private long _totalDelivered;
    private volatile bool _isDisposed;

    /// <param name="name">Who it is.</param>
    /// <param name="size">Bytes of a datagram as the application has it.</param>
    /// <param name="count">Datagrams of a slice.</param>
    protected DatagramFlow(string name, int size, int count)
    {
        Name = name;
        Size = size;
        _count = count;
        _content = new DatagramContent(size);
    }

    public override string Name { get; }

    public override CpuScope Scope => CpuScope.Process;

    public override long BytesPerOperation => Size;

    public override Delivery? Delivery => new(_totalSent, _totalDelivered);

    /// <summary>Bytes of a datagram as the application has it.</summary>
    protected int Size { get; }

    protected bool IsDisposed => _isDisposed;

    public override void Warmed()
    {
        _totalSent = 0;
        _totalDelivered = 0;
    }

    public override void RunSlice(CpuClock clock)
    {
        _receiver ??= StartReceiver();
        int slice = _slice + 1;
        Prepare(slice);
        _done.Reset();
        Volatile.Write(ref _delivered, 0);
        Volatile.Write(ref _slice, slice);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long cpu = CpuClock.OfProcess(_process);
        long start = Stopwatch.GetTimestamp();
        Volatile.Write(ref _lastArrival, start);
        int sent = 0;
        while (sent < _count && AwaitWindow(sent))
            sent += Send(_count - sent);
        AwaitRest(sent);
        long elapsed = Volatile.Read(ref _lastArrival) - start;
        long delivered = Volatile.Read(ref _delivered);
        _totalSent += sent;
        _totalDelivered += delivered;
        if (delivered == 0)
            throw new InvalidOperationException($"{Name}: nothing arrived.", _failure);
        clock.Add(CpuClock.OfProcess(_process) - cpu, elapsed * (1e9 / Stopwatch.Frequency), delivered, GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }

    /// <summary>Ends the receiver, which has to notice <see cref="IsDisposed"/> within a second, then frees the sockets.</summary>
    public override void Dispose()
    {
        _isDisposed = true;
        _receiver?.Join();
        Close();
        _done.Dispose();
        _process.Dispose();
    }

    /// <summary>Puts the number of a slice into what will be sent.</summary>
    protected abstract void Prepare(int slice);

    /// <summary>Sends datagrams, the most given or fewer, and returns how many.</summary>
    protected abstract int Send(int most);

    /// <summary>Receives until <see cref="IsDisposed"/>, and calls <see cref="Arrived"/> for each datagram and <see cref="Pause"/> after each call.</summary>
    protected abstract void Receive();

    protected abstract void Close();

    protected void Fill(Span<byte> datagram) => _content.Fill(datagram);

    /// <summary>The receiver has a datagram.</summary>
    protected void Arrived(ReadOnlySpan<byte> datagram)
    {
        if (_content.Is(datagram, _slice))
            Volatile.Write(ref _delivered, _delivered + 1);
    }

    /// <summary>The receiver has all that its call gave it.</summary>
    protected void Pause()
    {
        Volatile.Write(ref _lastArrival, Stopwatch.GetTimestamp());
        if (_delivered == _count)
            _done.Set();
    }

    private Thread StartReceiver()
    {
        var thread = new Thread(() =>
        {
            try
            {
                Receive();
            }
            catch (Exception exception) when (_isDisposed || exception is SocketFailureException or System.Net.Sockets.SocketException)
            {
                _failure = exception;
            }
        })
        {
            IsBackground = true,
            Name = "receiver",
        };
        thread.Start();
        return thread;
    }

    /// <summary>False: the receiver has stopped, since something was lost.</summary>
    private bool AwaitWindow(int sent)
    {
        if (sent - Volatile.Read(ref _delivered) < Window)
            return true;
        long start = Stopwatch.GetTimestamp();
        while (sent - Volatile.Read(ref _delivered) >= Window)
        {
            Thread.Yield();
            if (Stopwatch.GetElapsedTime(start) > Patience)
                return false;
        }

        return true;
    }

    private void AwaitRest(int sent)
    {
        long seen = -1;
        while (Volatile.Read(ref _delivered) < sent && !(_done.Wait(Patience) && sent == _count))
        {
            long delivered = Volatile.Read(ref _delivered);
            if (delivered == seen)
                return; // lost
            seen = delivered;
        }
    }
}
