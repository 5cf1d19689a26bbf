using System;
using System.Diagnostics;
using System.Threading;

namespace Sockets.LoadBench.Dtls;

/// <summary>One datagram there and back, one at a time; the other end has a thread of its own.</summary>
internal abstract class EchoWork : LoadWork
{
    private const int RoundTrips = 300;

    private readonly LatencyHistogram _latency = new();
    private Thread? _echo;
    private volatile bool _isDisposed;

    public override CpuScope Scope => CpuScope.Process;

    public override LatencyHistogram Latency => _latency;

    protected bool IsDisposed => _isDisposed;

    public override void RunSlice(CpuClock clock)
    {
        if (_echo is null)
        {
            _echo = new Thread(Echo) { IsBackground = true, Name = "echo" };
            _echo.Start();
        }

        clock.Start();
        for (int i = 0; i < RoundTrips; i++)
        {
            long start = Stopwatch.GetTimestamp();
            if (!Ask())
                throw new InvalidOperationException($"{Name}: the echo is not what was sent.");
            _latency.RecordSince(start);
        }

        clock.Stop(RoundTrips);
    }

    public override void Dispose()
    {
        _isDisposed = true;
        _echo?.Join();
        Close();
    }

    /// <summary>Sends a datagram and waits for it to come back. False: something else did.</summary>
    protected abstract bool Ask();

    /// <summary>Receives one datagram, if one comes within a fraction of a second, and sends it back.</summary>
    protected abstract void Answer();

    protected abstract void Close();

    private void Echo()
    {
        while (!_isDisposed)
            Answer();
    }
}
