using System;
using System.Threading;
using Sockets.Links;

namespace Sockets.Engine;

/// <summary>
/// The place in a socket or a listener where its poll is hooked in: at most one at a time, none once it is closed. A field
/// of the owner, never copied; every member is for any thread at any time.
/// </summary>
internal struct PollRegistration
{
    private static readonly IPollObserver s_closed = new ClosedObserver();

    private IPollObserver? _observer;

    /// <summary>Null: in no poll.</summary>
    public readonly IPollObserver? Observer
    {
        get
        {
            IPollObserver? observer = Volatile.Read(in _observer);
            return ReferenceEquals(observer, s_closed) ? null : observer;
        }
    }

    /// <exception cref="InvalidOperationException">It is in a poll already.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Attach(IPollObserver observer, object owner)
    {
        IPollObserver? current = Interlocked.CompareExchange(ref _observer, observer, null);
        ObjectDisposedException.ThrowIf(ReferenceEquals(current, s_closed), owner);
        if (current is not null)
            throw new InvalidOperationException("It is in a poll already: remove it there first.");
    }

    /// <summary>Nothing if another one has taken the place.</summary>
    public void Detach(IPollObserver observer) => Interlocked.CompareExchange(ref _observer, null, observer);

    /// <summary>To be called before the system's socket is closed: an event of its successor with the same number must not come here.</summary>
    public void Close() => Interlocked.Exchange(ref _observer, s_closed)?.OnClosing();

    /// <summary>See <see cref="IPollObserver.OnChanged"/>. A link's <see cref="SocketLink.Changed"/> ends here.</summary>
    public readonly void SignalChange() => Volatile.Read(in _observer)?.OnChanged();

    /// <summary>See <see cref="IPollObserver.OnOperation"/>.</summary>
    public readonly void SignalOperation(LinkWants blocked = LinkWants.None) => Volatile.Read(in _observer)?.OnOperation(blocked);

    private sealed class ClosedObserver : IPollObserver
    {
        public void OnChanged()
        {
        }

        public void OnOperation(LinkWants blocked)
        {
        }

        public void OnClosing()
        {
        }
    }
}
