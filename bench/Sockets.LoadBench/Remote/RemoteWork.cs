using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Sockets.LoadBench.Remote;

/// <summary>A work in another process, one at a time.</summary>
internal sealed class RemoteWork : LoadWork
{
    private readonly RemoteProcess _process;

    /// <param name="process">Where.</param>
    /// <param name="title">Who it is in reports.</param>
    /// <param name="work">See <see cref="IRemoteWork.Name"/>.</param>
    /// <param name="arguments">For <see cref="IRemoteWork.Create"/>; without blanks.</param>
    public RemoteWork(RemoteProcess process, string title, string work, params IEnumerable<string> arguments)
    {
        _process = process;
        Name = title;
        process.Ask($"open {string.Join(' ', [work, .. arguments])}");
    }

    public override string Name { get; }

    public override CpuScope Scope => CpuScope.Process;

    public override long BytesPerOperation => Bytes;

    /// <summary>See <see cref="BytesPerOperation"/>.</summary>
    public long Bytes { get; init; }

    public override LatencyPercentiles? LatencySummary => _process.Ask("latency").Split(' ') is [var count, var p50, var p99, var p999, var max]
        ? new LatencyPercentiles(long.Parse(count, CultureInfo.InvariantCulture), Parse(p50), Parse(p99), Parse(p999), Parse(max))
        : null;

    public override void Warmed() => _process.Ask("warmed");

    public override void RunSlice(CpuClock clock)
    {
        long[] figures = [.. _process.Ask("run").Split(' ').Select(static figure => long.Parse(figure, CultureInfo.InvariantCulture))];
        clock.Add(figures[0], figures[1], figures[2], figures[3]);
    }

    public override void Dispose() => _process.Ask("close");

    private static double Parse(string figure) => double.Parse(figure, CultureInfo.InvariantCulture);
}
