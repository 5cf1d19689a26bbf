using System.Threading;

namespace Sockets.Engine;

/// <summary>
/// Entries that something happened to. Any thread puts one in, the waiting thread takes all: without a lock, and without
/// allocation, since an entry is its own link. An entry is in it once at most.
/// </summary>
internal sealed class SignalStack
{
    private PollEntry? _top;

    public bool IsEmpty => Volatile.Read(ref _top) is null;

    /// <summary>A full fence, so that what the caller reads afterwards is not older than this.</summary>
    public void Push(PollEntry entry)
    {
        PollEntry? top;
        do
        {
            top = Volatile.Read(ref _top);
            entry.NextSignalled = top;
        }
        while (Interlocked.CompareExchange(ref _top, entry, top) != top);
    }

    /// <summary>All of them, the first one first; chained by <see cref="PollEntry.NextSignalled"/>.</summary>
    public PollEntry? TakeAll()
    {
        if (IsEmpty)
            return null;
        PollEntry? entry = Interlocked.Exchange(ref _top, null);
        PollEntry? first = null;
        while (entry is not null)
        {
            PollEntry? next = entry.NextSignalled;
            entry.NextSignalled = first;
            first = entry;
            entry = next;
        }

        return first;
    }
}
