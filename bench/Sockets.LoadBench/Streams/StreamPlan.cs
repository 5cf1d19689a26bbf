using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Sockets.LoadBench.Remote;

namespace Sockets.LoadBench.Streams;

/// <summary>What is compared on every kind of stream: echo and throughput, both styles, three sizes.</summary>
internal static class StreamPlan
{
    /// <summary>What is aimed at, and what must not be missed.</summary>
    public const double Target = 0.97;

    /// <inheritdoc cref="Target"/>
    public const double Floor = 0.90;

    /// <summary>For readers of the report.</summary>
    public const string Note = "Each contender is a process on one processor with both ends of one connection in it; CPU time is that of both ends and of the system for them.";

    private static readonly int[] Sizes = [64, 1024, 16384];

    /// <summary>Runs it.</summary>
    /// <param name="peer">The peer's <see cref="IStreamContender.Name"/>.</param>
    /// <param name="peerTitle">Its name in reports.</param>
    /// <param name="contender">Ours.</param>
    /// <param name="allocation">What ours may allocate.</param>
    /// <param name="options">From the command line.</param>
    /// <param name="others">Who else takes turns, for comparison only.</param>
    public static IReadOnlyList<Measurement> Run(
        string peer,
        string peerTitle,
        string contender,
        AllocationRule allocation,
        LoadOptions options,
        Func<StreamTask, StreamStyle, int, IReadOnlyList<LoadWork>>? others = null)
    {
        using var peerProcess = new RemoteProcess();
        using var process = new RemoteProcess();
        List<Measurement> rows = [];
        double each = options.Seconds / (2 * 2 * Sizes.Length);
        foreach (StreamStyle style in new[] { StreamStyle.Async, StreamStyle.Blocking })
        {
            foreach (StreamTask task in new[] { StreamTask.Echo, StreamTask.Push })
            {
                foreach (int size in Sizes)
                    rows.AddRange(Compare((peerProcess, peer, peerTitle), (process, contender), (task, style, size), allocation, each, options, others?.Invoke(task, style, size) ?? []));
            }
        }

        return rows;
    }

    /// <summary>The echoes of the shortest size, for the gate.</summary>
    public static IReadOnlyList<Measurement> RunGate(string peer, string peerTitle, string contender, AllocationRule allocation, LoadOptions options)
    {
        using var peerProcess = new RemoteProcess();
        using var process = new RemoteProcess();
        return
        [
            .. new[] { StreamStyle.Async, StreamStyle.Blocking }.SelectMany(style =>
                Compare((peerProcess, peer, peerTitle), (process, contender), (StreamTask.Echo, style, Sizes[0]), allocation, options.Seconds / 2, options, [])),
        ];
    }

    private static IReadOnlyList<Measurement> Compare(
        (RemoteProcess Process, string Name, string Title) peer,
        (RemoteProcess Process, string Name) contender,
        (StreamTask Task, StreamStyle Style, int Size) what,
        AllocationRule allocation,
        double seconds,
        LoadOptions options,
        IReadOnlyList<LoadWork> others)
    {
        (StreamTask task, StreamStyle style, int size) = what;
        string operations = Operations(task, size).ToString(CultureInfo.InvariantCulture);
        string[] arguments = [task.ToString(), style.ToString(), size.ToString(CultureInfo.InvariantCulture), operations];
        return Comparison.Run(
            string.Create(CultureInfo.InvariantCulture, $"{(task == StreamTask.Echo ? "echo" : "throughput")} {size} B, {(style == StreamStyle.Async ? "asynchronous" : "blocking")}"),
            new RemoteWork(peer.Process, peer.Title, "stream", [peer.Name, .. arguments]),
            [
                new RemoteWork(contender.Process, "Sockets", "stream", [contender.Name, .. arguments])
                {
                    Target = Target,
                    Floor = Floor,
                    Allocation = allocation,
                    Bytes = task == StreamTask.Push ? size : 0,
                },
                .. others,
            ],
            seconds,
            options.Progress);
    }

    /// <summary>Operations of a slice: some 50 ms.</summary>
    public static int Operations(StreamTask task, int size) => task == StreamTask.Echo ? 2000 : size > 1024 ? 5000 : 20000;
}
