using System;
using System.Globalization;
using System.Linq;
using Sockets.LoadBench.Peers;

namespace Sockets.LoadBench.Remote;

/// <summary>The other side of <see cref="RemoteProcess"/>: one work at a time, a slice on demand.</summary>
internal sealed class RemoteRole : ILoadRole
{
    public string Name => "remote";

    public int Run(string[] arguments)
    {
        SingleProcessor.Enter();
        IRemoteWork[] works = [.. LoadScenarios.BuiltIn<IRemoteWork>()];
        LoadWork? work = null;
        var clock = new CpuClock();
        while (Console.ReadLine() is { } line)
        {
            string answer = "done";
            switch (line.Split(' '))
            {
                case ["open", var name, .. var rest]:
                    work?.Dispose();
                    work = works.First(candidate => candidate.Name == name).Create(rest);
                    clock = new CpuClock(work.Scope);
                    break;
                case ["run"]:
                    answer = RunSlice(work!, clock);
                    break;
                case ["warmed"]:
                    work!.Warmed();
                    break;
                case ["latency"]:
                    answer = work!.LatencySummary is { } latency
                        ? string.Create(CultureInfo.InvariantCulture, $"{latency.Count} {latency.P50} {latency.P99} {latency.P999} {latency.Max}")
                        : string.Empty;
                    break;
                default:
                    work?.Dispose();
                    work = null;
                    break;
            }

            Console.WriteLine(answer);
        }

        return 0;
    }

    private static string RunSlice(LoadWork work, CpuClock clock)
    {
        long allocated = clock.Allocated;
        long operations = clock.Operations;
        work.RunSlice(clock);
        operations = clock.Operations - operations;
        SliceCost cost = clock.EndSlice();
        return string.Create(CultureInfo.InvariantCulture, $"{(long)(cost.Cpu * operations)} {cost.Wall * operations:F0} {operations} {clock.Allocated - allocated}");
    }
}
