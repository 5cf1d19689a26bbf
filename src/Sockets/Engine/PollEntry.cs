using System;
using System.Threading;
using Sockets.Links;
using Sockets.Platform;

namespace Sockets.Engine;

/// <summary>
/// A socket or listener in a poll: the user's mask, and what is known of it. The user's mask is changed by the user alone; what
/// the link wants is asked for anew each time, and the two meet only in what the kernel is told.
/// </summary>
internal sealed partial class PollEntry : PollSource, IPollObserver
{
    private readonly SocketPoll _poll;
    private long _settings;
    private int _signals;

    public PollEntry(SocketPoll poll, IPollable target, SocketEvents interest, SocketPollMode mode, object? userData)
        : base(userData)
    {
        _poll = poll;
        Target = target;
        _settings = new PollSettings(interest, mode, Version: 1).Pack();
    }

    [Flags]
    private enum Signals
    {
        None = 0,

        /// <summary>In the poll's stack.</summary>
        IsPushed = 1,

        /// <summary>Progress is to be called.</summary>
        Changed = 2,

        /// <summary>A receive would have blocked.</summary>
        ReadBlocked = 4,

        /// <summary>A send would have blocked.</summary>
        WriteBlocked = 8,
    }

    public IPollable Target { get; }

    public SocketPoll Poll => _poll;

    /// <summary>Tells this entry's events from those of one that had its place, or its descriptor, before.</summary>
    public long Token { get; set; }

    /// <summary>What the poll met; it does not go away.</summary>
    public SocketFailureException? Failure { get; private set; }

    /// <summary>The link in the poll's stack; the stack's alone.</summary>
    public PollEntry? NextSignalled { get; set; }

    /// <summary>The user's mask. Each change counts as a new one, which arms a one-shot again.</summary>
    public void Modify(SocketEvents interest, SocketPollMode? mode)
    {
        long old;
        PollSettings settings;
        do
        {
            old = Volatile.Read(ref _settings);
            settings = PollSettings.Unpack(old);
        }
        while (Interlocked.CompareExchange(ref _settings, new PollSettings(interest, mode ?? settings.Mode, settings.Version + 1).Pack(), old) != old);
        Signal(Signals.None);
    }

    public void OnChanged() => Signal(Signals.Changed);

    public void OnOperation(LinkWants blocked)
    {
        if (blocked == LinkWants.None && Target.IsBare)
            return; // what there is to wait for is the same as before
        Signal(((blocked & LinkWants.Read) != 0 ? Signals.ReadBlocked : 0) | ((blocked & LinkWants.Write) != 0 ? Signals.WriteBlocked : 0));
    }

    public void OnClosing() => _poll.Remove(this);

    /// <summary>
    /// The waiting thread has taken it from the stack. The mark goes before what was signalled is looked at: a signal from then
    /// on puts it into the stack again, so that none is lost.
    /// </summary>
    public void TakeSignals()
    {
        var signals = (Signals)Interlocked.Exchange(ref _signals, 0);
        if ((signals & Signals.Changed) != 0)
        {
            _isProgressDue = true;
            _isReadReported = _isWriteReported = false;
        }

        var blocked = (LinkWants)0;
        if ((signals & Signals.ReadBlocked) != 0)
        {
            blocked |= LinkWants.Read;
            _isReadReported = false;
        }

        if ((signals & Signals.WriteBlocked) != 0)
        {
            blocked |= LinkWants.Write;
            _isWriteReported = false;
        }

        if (blocked != LinkWants.None)
            OnBlocked(ToMask(blocked));
    }

    private void Signal(Signals signals)
    {
        int before = Interlocked.Or(ref _signals, (int)(signals | Signals.IsPushed));
        if ((before & (int)Signals.IsPushed) == 0)
            _poll.Push(this);
    }

    private static ReadinessMask ToMask(LinkWants wants) =>
        ((wants & LinkWants.Read) != 0 ? ReadinessMask.Read : 0) | ((wants & LinkWants.Write) != 0 ? ReadinessMask.Write : 0);
}
