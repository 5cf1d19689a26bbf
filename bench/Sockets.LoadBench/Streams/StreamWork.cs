using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.LoadBench.Streams;

/// <summary>A connection and what it is used for, both ends in this process.</summary>
internal sealed class StreamWork : LoadWork
{
    private readonly StreamTask _task;
    private readonly bool _isBlocking;
    private readonly int _operations;
    private readonly string? _file;
    private readonly long _bytes;
    private readonly StreamEnd _near;
    private readonly StreamEnd _far;

    public StreamWork(IStreamContender contender, StreamTask task, StreamStyle style, int size, int operations, string? file)
    {
        Name = contender.Name;
        _task = task;
        _isBlocking = style == StreamStyle.Blocking;
        _operations = operations;
        _file = file;
        _bytes = operations * (file is null ? size : new FileInfo(file).Length);
        (_near, _far) = contender.Connect(size, style);
        if (task != StreamTask.Echo)
            return;
        Latency = new LatencyHistogram();
        if (_isBlocking)
            new Thread(_far.Echo) { IsBackground = true }.Start();
        else
            _ = Task.Run(_far.EchoAsync);
    }

    public override string Name { get; }

    public override CpuScope Scope => CpuScope.Process;

    public override LatencyHistogram? Latency { get; }

    public override void RunSlice(CpuClock clock)
    {
        if (_task == StreamTask.Echo && _isBlocking)
        {
            clock.Start();
            _near.Ping(_operations, Latency!);
        }
        else if (_task == StreamTask.Echo)
        {
            Task<Task> pinging = new(() => _near.PingAsync(_operations, Latency!));
            clock.Start();
            pinging.Start();
            pinging.Unwrap().GetAwaiter().GetResult();
        }
        else if (_isBlocking)
        {
            var draining = new Thread(() => _far.Drain(_bytes));
            clock.Start();
            draining.Start();
            if (_file is null)
                _near.Push(_operations);
            else
                _near.SendFile(_file);
            draining.Join();
        }
        else
        {
            clock.Start();
            Task draining = Task.Run(() => _far.DrainAsync(_bytes));
            Task.Run(() => _file is null ? _near.PushAsync(_operations) : _near.SendFileAsync(_file)).GetAwaiter().GetResult();
            draining.GetAwaiter().GetResult();
        }

        clock.Stop(_operations);
    }

    public override void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }
}
