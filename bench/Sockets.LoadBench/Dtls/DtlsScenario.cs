using System.Collections.Generic;

namespace Sockets.LoadBench.Dtls;

/// <summary>Datagrams under DTLS through the public API, against raw UDP of System.Net.Sockets with one call for each.</summary>
internal sealed class DtlsScenario : ILoadScenario
{
    private const int TargetSize = 1200;
    private const double Target = 5;

    private static readonly int[] Sizes = [64, 256, TargetSize];

    // Datagrams of a slice, so that it takes 5 to 50 ms.
    private const int RawCount = 4_000;
    private const int BatchedCount = 24_000;
    private const int SlowCount = 1_000;

    public string Name => "dtls";

    public string Description => "datagrams under DTLS 1.3 from thread to thread, against raw UDP with one Send each";

    public ScenarioReport Run(LoadOptions options)
    {
        List<Measurement> rows = [];
        List<string> notes =
        [
            $"One thread sends, one receives and checks; at most 1024 datagrams are on their way; socket buffers of {DatagramFlow.SocketBuffer >> 20} MB for everybody.",
            "Loopback passes a run of datagrams on in one piece, from UDP_SEGMENT to UDP_GRO: a device that cuts shows in the veth rows.",
        ];
        double part = options.Seconds / 10;
        var loopback = new DatagramPlace();
        foreach (int size in Sizes)
            rows.AddRange(Flow(loopback, "loopback", size, size == TargetSize, size == TargetSize ? 3 * part : 1.5 * part, options));
        using (VethPair? veth = VethPair.TryCreate(out string reason))
        {
            if (veth is null)
                notes.Add($"No veth pair between two network namespaces: {reason}.");
            else
                rows.AddRange(Flow(veth, "veth, cut, no GRO", TargetSize, isTarget: false, 2 * part, options));
        }

        rows.AddRange(Comparison.Run(
            "echo 1200 B, loopback",
            new RawUdpEcho(loopback, TargetSize),
            [new SocketEcho(SocketPair.Connect(loopback, isSecure: true), TargetSize), new BouncyCastleEcho(loopback, TargetSize)],
            2 * part,
            options.Progress));
        return new ScenarioReport(Name, rows, notes);
    }

    private static IReadOnlyList<Measurement> Flow(DatagramPlace place, string where, int size, bool isTarget, double seconds, LoadOptions options)
    {
        List<LoadWork> contenders =
        [
            new SocketFlow(Pair(isSecure: true), "Sockets, DTLS 1.3, batches", size, BatchedCount, isBatched: true)
            {
                Target = isTarget ? Target : null,
                Basis = RatioBasis.Wall,
            },
            new SocketFlow(Pair(isSecure: true), "Sockets, DTLS 1.3, one Send each", size, RawCount, isBatched: false) { Basis = RatioBasis.Wall },
            new SocketFlow(Pair(isSecure: false), "Sockets, plain UDP, batches", size, BatchedCount, isBatched: true) { Basis = RatioBasis.Wall },
        ];
        if (isTarget)
            contenders.Add(new BouncyCastleFlow(place, size, SlowCount) { Basis = RatioBasis.Wall });
        return Comparison.Run($"{size} B, {where}", new RawUdpFlow(place, size, RawCount), contenders, seconds, options.Progress);

        SocketPair Pair(bool isSecure) => SocketPair.Connect(place, isSecure);
    }
}
