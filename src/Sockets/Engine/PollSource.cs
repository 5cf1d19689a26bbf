namespace Sockets.Engine;

/// <summary>What a poll reports events of: an entry or a timer.</summary>
internal abstract class PollSource(object? userData) : TimerNode
{
    private volatile bool _isGone;

    public object? UserData => userData;

    /// <summary>Removed, or cancelled: nothing more of it is reported. Once gone, it does not come back.</summary>
    public bool IsGone
    {
        get => _isGone;
        set => _isGone = value;
    }

    /// <summary>In the queue of those to be looked at. Used by the waiting thread alone, as is all that follows.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The wait that it was reported by last: once in a wait is enough.</summary>
    public long ReportedIn { get; set; }

    /// <summary>Its time has come.</summary>
    public abstract void OnDue(long now);

    /// <summary>Looks at it: what there is to report. Asked only when there is room for it.</summary>
    public abstract SocketEvents Evaluate();

    /// <summary>What <see cref="Evaluate"/> gave is reported. True: to be looked at by the next wait too.</summary>
    public abstract bool OnReported(SocketEvents events);
}
