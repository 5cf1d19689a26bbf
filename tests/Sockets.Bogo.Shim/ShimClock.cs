using System;
using Sockets.Dtls;

namespace Sockets.Bogo.Shim;

/// <summary>The only clock there is: it moves when the runner says so.</summary>
internal sealed class ShimClock
{
    /// <summary>The time.</summary>
    public MonotonicTime Now { get; private set; } = MonotonicTime.Zero + TimeSpan.FromSeconds(1);

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan duration) => Now += duration;

    /// <summary>Goes on to a time, unless it is past.</summary>
    public void AdvanceTo(MonotonicTime time)
    {
        if (time > Now)
            Now = time;
    }
}
