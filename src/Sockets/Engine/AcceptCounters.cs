using System.Threading;

namespace Sockets.Engine;

/// <summary>What a listener has counted. Safe from any thread.</summary>
internal sealed class AcceptCounters
{
    private long _accepted;
    private long _handshakeFailures;
    private long _shortages;
    private int _handshakes;

    public long Accepted => Interlocked.Read(ref _accepted);

    public long HandshakeFailures => Interlocked.Read(ref _handshakeFailures);

    public long Shortages => Interlocked.Read(ref _shortages);

    public int Handshakes => Volatile.Read(ref _handshakes);

    public void CountAccepted() => Interlocked.Increment(ref _accepted);

    public void CountHandshakeFailure() => Interlocked.Increment(ref _handshakeFailures);

    public void CountShortage() => Interlocked.Increment(ref _shortages);

    public void HandshakeBegins() => Interlocked.Increment(ref _handshakes);

    public void HandshakeEnds() => Interlocked.Decrement(ref _handshakes);
}
