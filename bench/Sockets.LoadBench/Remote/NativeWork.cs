using System.Collections.Generic;
using System.Globalization;
using Sockets.LoadBench.Peers;

namespace Sockets.LoadBench.Remote;

/// <summary>A peer in C that does so many operations on demand and says what they cost: <c>bench/peers/slices.h</c>.</summary>
internal sealed class NativeWork : LoadWork
{
    private readonly ChildPeer _peer;
    private readonly int _operations;

    /// <param name="title">Who it is in reports.</param>
    /// <param name="program">Where the program is.</param>
    /// <param name="operations">How many make a slice.</param>
    /// <param name="arguments">What the program is called with.</param>
    public NativeWork(string title, string program, int operations, params IEnumerable<string> arguments)
    {
        Name = title;
        _operations = operations;
        _peer = ChildPeer.Start(program, SingleProcessor.Environment, arguments);
        Greeting = _peer.Answer();
    }

    public override string Name { get; }

    public override CpuScope Scope => CpuScope.Process;

    public override long BytesPerOperation => Bytes;

    /// <summary>See <see cref="BytesPerOperation"/>.</summary>
    public long Bytes { get; init; }

    /// <summary>What the program says of itself.</summary>
    public string Greeting { get; }

    public override void RunSlice(CpuClock clock)
    {
        string[] figures = _peer.Ask(_operations.ToString(CultureInfo.InvariantCulture)).Split(' ');
        clock.Add(long.Parse(figures[0], CultureInfo.InvariantCulture), double.Parse(figures[1], CultureInfo.InvariantCulture), long.Parse(figures[2], CultureInfo.InvariantCulture));
    }

    public override void Dispose() => _peer.Dispose();
}
