using System.Collections.Concurrent;
using System.Diagnostics;

namespace Sockets.Tests.Diagnostics;

/// <summary>The activities of handshakes while a test listens.</summary>
internal sealed class Handshakes : IDisposable
{
    private readonly ActivityListener _listener;

    public Handshakes()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Sockets",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ConcurrentQueue<Activity> Ended { get; } = [];

    public IEnumerable<Activity> With(int port, ActivityKind kind) =>
        Ended.Where(activity => activity.Kind == kind && (kind == ActivityKind.Server || Equals(activity.GetTagItem("network.peer.port"), port)));

    public void Dispose() => _listener.Dispose();
}
