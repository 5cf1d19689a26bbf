using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Tests.Platform;

/// <summary>A readiness set that has only its signal, and lets something happen just before that is taken back.</summary>
internal sealed class CountedSignal : Readiness
{
    public int Signals { get; private set; }

    public Action? WhileDraining { get; set; }

    public override void Add(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode) => throw new NotSupportedException();

    public override void Modify(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode) => throw new NotSupportedException();

    public override void Rearm(SafeSocketHandle socket, ReadinessMask mask) => throw new NotSupportedException();

    public override bool Remove(SafeSocketHandle socket) => throw new NotSupportedException();

    public override int Wait(Span<ReadinessEvent> events, int timeoutMilliseconds) => throw new NotSupportedException();

    public override void Dispose()
    {
    }

    protected internal override void Signal() => Signals++;

    protected internal override void DrainSignal()
    {
        WhileDraining?.Invoke();
        Signals = 0;
    }
}
