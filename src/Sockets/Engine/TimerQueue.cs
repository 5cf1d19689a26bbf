using System;
using System.Diagnostics.CodeAnalysis;

namespace Sockets.Engine;

/// <summary>
/// What is due when, in units of whoever uses it: a binary heap whose nodes know their places, so that moving and removing
/// one costs O(log n) and allocates nothing. Used under its owner's lock.
/// </summary>
internal sealed class TimerQueue
{
    private TimerNode[] _heap = new TimerNode[16];
    private long _order;

    public int Count { get; private set; }

    /// <summary><see cref="long.MaxValue"/>: never.</summary>
    public long NextDue => Count == 0 ? long.MaxValue : _heap[0].Due;

    /// <summary>Puts a node in, or moves it. <see cref="long.MaxValue"/> takes it out.</summary>
    public void Schedule(TimerNode node, long due)
    {
        if (due == long.MaxValue)
        {
            Remove(node);
            return;
        }

        node.Due = due;
        node.Order = _order++;
        if (node.Index < 0)
        {
            if (Count == _heap.Length)
                Array.Resize(ref _heap, Count * 2);
            node.Index = Count;
            _heap[Count++] = node;
        }

        Settle(node);
    }

    /// <summary>Nothing if it is not in.</summary>
    public void Remove(TimerNode node)
    {
        int index = node.Index;
        if (index < 0)
            return;
        node.Index = -1;
        node.Due = long.MaxValue;
        TimerNode last = _heap[--Count];
        _heap[Count] = null!;
        if (index == Count)
            return;
        Place(last, index);
        Settle(last);
    }

    /// <summary>Takes the first node out that is due at <paramref name="now"/>.</summary>
    public bool TryTake(long now, [NotNullWhen(true)] out TimerNode? node)
    {
        node = Count > 0 && _heap[0].Due <= now ? _heap[0] : null;
        if (node is null)
            return false;
        Remove(node);
        return true;
    }

    private void Settle(TimerNode node)
    {
        int index = node.Index;
        while (index > 0 && IsBefore(node, _heap[(index - 1) / 2]))
        {
            Place(_heap[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }

        while (true)
        {
            int child = (2 * index) + 1;
            if (child + 1 < Count && IsBefore(_heap[child + 1], _heap[child]))
                child++;
            if (child >= Count || !IsBefore(_heap[child], node))
                break;
            Place(_heap[child], index);
            index = child;
        }

        Place(node, index);
    }

    private void Place(TimerNode node, int index)
    {
        _heap[index] = node;
        node.Index = index;
    }

    private static bool IsBefore(TimerNode one, TimerNode other) => one.Due < other.Due || (one.Due == other.Due && one.Order < other.Order);
}
