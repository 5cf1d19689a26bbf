using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sockets.Links;

namespace Sockets.Tests.Pooling;

/// <summary>Where a pool connects to in a test: every connection there ever was, and attempts that the test lets go or fail.</summary>
internal sealed class FakeServers(TimeProvider timeProvider)
{
    private readonly ConcurrentQueue<TaskCompletionSource<SocketFailureException?>> _held = [];
    private int _made;

    /// <summary>Attempts wait for <see cref="Release"/>.</summary>
    public bool Holds { get; set; }

    /// <summary>Attempts fail with this.</summary>
    public SocketFailureReason? Fails { get; set; }

    public IPAddress Address { get; set; } = IPAddress.Parse("192.0.2.1");

    public ConcurrentQueue<FakeLink> Links { get; } = [];

    public int Attempts => _made;

    public int Open => Links.Count(link => !link.IsDisposed);

    public FakeLink Last => Links.Last();

    public async ValueTask<Socket> ConnectAsync(SocketTarget target, SocketClientOptions options, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _made);
        if (Holds)
        {
            var attempt = new TaskCompletionSource<SocketFailureException?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _held.Enqueue(attempt);
            if (await attempt.Task.WaitAsync(cancellationToken) is { } failure)
                throw failure;
        }
        else if (Fails is { } reason)
        {
            throw new SocketFailureException(reason, "The test refuses.", new SocketException((int)SocketError.ConnectionRefused));
        }

        var link = new FakeLink(new IPEndPoint(Address, target.Port));
        Links.Enqueue(link);
        return new Socket(link, SocketTransport.Stream, timeProvider);
    }

    /// <summary>Ends the oldest attempt that is held.</summary>
    public void Release(SocketFailureReason? failure = null)
    {
        Assert.True(_held.TryDequeue(out TaskCompletionSource<SocketFailureException?>? attempt), "No attempt is held.");
        attempt.SetResult(failure is { } reason ? new SocketFailureException(reason, "The test refuses.") : null);
    }
}
