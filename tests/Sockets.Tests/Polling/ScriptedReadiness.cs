using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Tests.Polling;

/// <summary>A kernel that does what the test says, and knows what it was told.</summary>
internal sealed class ScriptedReadiness : Readiness
{
    private readonly Dictionary<SafeSocketHandle, Watched> _watched = [];

    public IReadOnlyDictionary<SafeSocketHandle, Watched> All => _watched;

    /// <summary>What is ready; asked at each wait.</summary>
    public Func<SafeSocketHandle, ReadinessMask> Ready { get; set; } = static _ => ReadinessMask.None;

    /// <summary>What the last wait was given; -1 is no limit.</summary>
    public int LastTimeout { get; private set; }

    /// <summary>Called when a wait begins.</summary>
    public Action? Waiting { get; set; }

    /// <summary>Called when a wait has found what it returns.</summary>
    public Action? Returning { get; set; }

    public override void Add(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode) =>
        _watched.Add(socket, new Watched(mask, token, mode));

    public override void Modify(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode)
    {
        if (!_watched.ContainsKey(socket))
            throw new InvalidOperationException();
        _watched[socket] = new Watched(mask, token, mode);
    }

    public override void Rearm(SafeSocketHandle socket, ReadinessMask mask) => _watched[socket].Reported &= ~mask;

    public override bool Remove(SafeSocketHandle socket)
    {
        Assert.False(socket.IsClosed, "A socket must be removed before it is closed.");
        return _watched.Remove(socket);
    }

    /// <summary>Edges here are of the strict kind: nothing is said twice without a re-arm.</summary>
    public override int Wait(Span<ReadinessEvent> events, int timeoutMilliseconds)
    {
        LastTimeout = timeoutMilliseconds;
        Waiting?.Invoke();
        AcknowledgeWake();
        int count = 0;
        foreach ((SafeSocketHandle socket, Watched watched) in _watched)
        {
            ReadinessMask found = Ready(socket) & (watched.Mask | ReadinessMask.Error | ReadinessMask.HangUp) & ~watched.Reported;
            if (found == ReadinessMask.None || watched.IsSpent || count == events.Length)
                continue;
            events[count++] = new ReadinessEvent(watched.Token, found);
            if (watched.Mode == ReadinessMode.Edge)
                watched.Reported |= found;
            watched.IsSpent = watched.Mode == ReadinessMode.OneShot;
        }

        Returning?.Invoke();
        return count;
    }

    public override void Dispose()
    {
    }

    protected internal override void Signal()
    {
    }

    protected internal override void DrainSignal()
    {
    }

    internal sealed class Watched(ReadinessMask mask, long token, ReadinessMode mode)
    {
        public ReadinessMask Mask => mask;

        public long Token => token;

        public ReadinessMode Mode => mode;

        public ReadinessMask Reported { get; set; }

        public bool IsSpent { get; set; }
    }
}
