using System;
using System.Collections.Generic;
using System.Threading;
using Sockets.Engine;

namespace Sockets.Links;

/// <summary>Peers that are silent for too long.</summary>
internal sealed partial class UdpAcceptor
{
    // A peer is ended at most a quarter of the limit too late.
    private const int SweepsPerTimeout = 4;

    private readonly TimeSpan _idleTimeout;
    private ITimer? _sweeper;
    private long _nextSweep;

    public override long NextTimeout => Volatile.Read(ref _nextSweep);

    private bool IsSweeping => _idleTimeout != Timeout.InfiniteTimeSpan;

    private void StartSweeping()
    {
        if (IsSweeping)
            _sweeper = _timeProvider.CreateTimer(static state => ((UdpAcceptor)state!).Sweep(), this, SweepInterval, SweepInterval);
    }

    private void StopSweeping() => _sweeper?.Dispose();

    private TimeSpan SweepInterval => _idleTimeout / SweepsPerTimeout < TimeLimit.Longest ? _idleTimeout / SweepsPerTimeout : TimeLimit.Longest;

    private long NextSweepAfter(long now) => IsSweeping ? TimeLimit.EndAfter(_timeProvider, now, SweepInterval) : long.MaxValue;

    private void Sweep()
    {
        long now = Now;
        Volatile.Write(ref _nextSweep, NextSweepAfter(now));
        List<UdpServerLink>? silent = null;
        int unaccepted = 0;
        lock (_gate)
        {
            foreach (UdpServerLink link in _peers.Values)
            {
                if (_timeProvider.GetElapsedTime(link.LastActivity, now) >= _idleTimeout)
                    (silent ??= []).Add(link);
            }

            if (silent is null)
                return;
            foreach (UdpServerLink link in silent)
                _peers.Remove(link.Peer);
            for (int count = _pending.Count; count > 0; count--)
            {
                UdpServerLink link = _pending.Dequeue();
                if (_peers.TryGetValue(link.Peer, out UdpServerLink? current) && current == link)
                    _pending.Enqueue(link);
                else
                    unaccepted++;
            }
        }

        foreach (UdpServerLink link in silent)
            link.Finish(new SocketFailureException(SocketFailureReason.Closed, $"{link.RemoteEndPoint} was silent for {_idleTimeout.TotalSeconds:0.###} s and was forgotten by the listener."), discard: !link.IsAccepted);
        for (int i = 0; i < unaccepted; i++)
            _admission.Exit();
    }
}
