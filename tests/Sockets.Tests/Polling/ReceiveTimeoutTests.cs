using Sockets.Testing;

namespace Sockets.Tests.Polling;

public sealed class ReceiveTimeoutTests
{
    /// <summary>A datagram that is none of ours, a record that brings nothing: ready, and nothing to receive, for as long as somebody sends it.</summary>
    [Fact]
    public void ALinkThatIsReadyForNothingDoesNotOutliveTheTimeout()
    {
        var clock = new VirtualTimeProvider();
        int waits = 0;
        var link = new ScriptedLink(null)
        {
            OnWait = timeout =>
            {
                Assert.True(++waits <= 10);
                clock.Advance(TimeSpan.FromSeconds(1));
                return true;
            },
        };
        link.Open();
        using var socket = new Socket(link, SocketTransport.Stream, clock) { ReceiveTimeout = TimeSpan.FromSeconds(5) };
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => socket.Receive(new byte[1]));
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.Equal(5, waits);
    }
}
