using System.Collections.Generic;
using System.Globalization;
using Sockets.LoadBench.Peers;
using Sockets.LoadBench.Remote;

namespace Sockets.LoadBench.Poll;

/// <summary><see cref="SocketPoll"/> against an epoll loop in C.</summary>
internal sealed class PollScenario : ILoadScenario
{
    private const int EventsPerSlice = 8000;
    private const double Target = 0.9;

    private static readonly (int Connections, string Kind, double? Target)[] Subjects =
        [(64, "tcp", Target), (1000, "tcp", Target), (64, "unix", null), (1000, "unix", null)];

    public string Name => "poll";

    public string Description => "events of SocketPoll, 64 B received and sent at each, against an epoll loop in C";

    public ScenarioReport Run(LoadOptions options)
    {
        if (!NativePeer.TryBuild("poll_peer", [], out string program, out string reason))
            return new ScenarioReport(Name, [], [reason]);
        List<Measurement> rows = [];
        using var process = new RemoteProcess();
        foreach ((int connections, string kind, double? target) in Subjects)
        {
            string count = connections.ToString(CultureInfo.InvariantCulture);
            string operations = EventsPerSlice.ToString(CultureInfo.InvariantCulture);
            rows.AddRange(Comparison.Run(
                $"{count} connections, {(kind == "tcp" ? "TCP" : "Unix")}",
                new NativeWork("epoll in C", program, EventsPerSlice, [count, kind]),
                [new RemoteWork(process, "SocketPoll", "poll", [count, kind, operations]) { Target = target }],
                options.Seconds / Subjects.Length,
                options.Progress));
        }

        return new ScenarioReport(
            Name,
            rows,
            ["An event is 64 B received and sent again; each connection has both ends in the set and one message under way. The target is for TCP; Unix sockets show the loop's own cost, with less of the system's around it."]);
    }
}
