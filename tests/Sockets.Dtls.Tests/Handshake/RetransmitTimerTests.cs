using System;
using Sockets.Dtls.Handshake;

namespace Sockets.Dtls.Tests.Handshake;

/// <summary>Doubling (RFC 9147 §5.8.2).</summary>
public sealed class RetransmitTimerTests
{
    [Fact]
    public void The_timeout_doubles_up_to_its_maximum()
    {
        var timer = new RetransmitTimer { Initial = TimeSpan.FromSeconds(1), Maximum = TimeSpan.FromSeconds(10) };
        double[] seconds = new double[6];
        for (int i = 0; i < seconds.Length; i++)
        {
            seconds[i] = timer.Current.TotalSeconds;
            timer.OnTimeout(MonotonicTime.Zero);
        }

        Assert.Equal([1, 2, 4, 8, 10, 10], seconds);
    }

    [Fact]
    public void The_timeout_never_overflows()
    {
        var timer = new RetransmitTimer { Initial = TimeSpan.FromSeconds(1), Maximum = TimeSpan.MaxValue };
        for (int i = 0; i < 255; i++)
            timer.OnTimeout(MonotonicTime.Zero);
        Assert.Equal(TimeSpan.MaxValue, timer.Current);
        Assert.Equal(MonotonicTime.Never, timer.Deadline);
    }
}
