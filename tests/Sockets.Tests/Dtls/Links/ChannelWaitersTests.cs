using Sockets.Links.Dtls;

namespace Sockets.Tests;

public sealed class ChannelWaitersTests
{
    /// <summary>The end of a connection may come by a timer, where an exception would end the program.</summary>
    [Fact]
    public void What_is_registered_with_the_lifetime_may_throw()
    {
        var waiters = new ChannelWaiters();
        int heard = 0;
        waiters.Lifetime.Register(() => heard++);
        waiters.Lifetime.Register(static () => throw new InvalidOperationException("Of the application."));
        waiters.Lifetime.Register(() => heard++);
        waiters.Dispose();
        Assert.Equal(2, heard);
        Assert.True(waiters.Lifetime.IsCancellationRequested);
        waiters.Dispose();
    }
}
