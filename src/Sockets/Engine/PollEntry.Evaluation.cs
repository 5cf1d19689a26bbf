using System;
using System.Threading;
using Sockets.Links;
using Sockets.Platform;

namespace Sockets.Engine;

/// <summary>What there is to report. All of this is the waiting thread's alone.</summary>
internal sealed partial class PollEntry
{
    private ReadinessMask _seen; // what the kernel said, and nobody has used yet
    private int _version; // of the settings that the fields below belong to
    private int _spentVersion; // a one-shot was used under these settings
    private int _bareVersion = -1; // of the settings under which only the kernel's word counts, by level
    private bool _isProgressDue = true;
    private bool _isConnectedReported;
    private bool _isReadReported; // an edge that the kernel does not know of
    private bool _isWriteReported;
    private bool _isFailureReported;
    private bool _isFoundOutsideKernel; // so the kernel will not repeat it

    /// <summary>Whether all that is reported comes from the kernel, which says it again as long as it is so.</summary>
    public bool IsRepeatedByKernel => _bareVersion == _version;

    public override void OnDue(long now) => _isProgressDue = true;

    /// <summary>The kernel said that it is ready.</summary>
    public void OnKernel(ReadinessMask mask)
    {
        _seen |= mask;
        _isDisarmed = true; // matters to one-shots only
        if ((mask & ReadinessMask.Read) != 0)
            _isReadReported = false;
    }

    public override SocketEvents Evaluate()
    {
        PollSettings settings = PollSettings.Unpack(Volatile.Read(ref _settings));
        if (_bareVersion == settings.Version && !_isProgressDue)
        {
            SocketEvents heard = OfKernel(settings.Interest, _seen);
            _seen = ReadinessMask.None;
            return heard;
        }

        if (_version != settings.Version)
        {
            _version = settings.Version;
            _isReadReported = _isWriteReported = _isFailureReported = false;
        }

        bool isSpent = _spentVersion == settings.Version;
        SocketEvents found = SocketEvents.None;
        try
        {
            ReadinessMask seen = _seen;
            _seen = ReadinessMask.None;
            if (Failure is null)
            {
                bool hasProgressed = Advance(ref seen);
                found = Find(settings, seen);
                if (settings.Mode == SocketPollMode.OneShot && found != SocketEvents.None)
                    _spentVersion = settings.Version;
                UpdateKernel(settings, hasProgressed);
                UpdateDeadline(hasProgressed);
                bool isBare = settings.Mode == SocketPollMode.Level && _isRegistered && Due == long.MaxValue && Target.IsBare && (found & SocketEvents.Connected) == 0;
                _bareVersion = isBare ? settings.Version : -1;
            }
        }
        catch (Exception exception)
        {
            // Whatever it is: it belongs to this socket, not to the one who waits for all of them.
            Fail(exception);
        }

        if (Failure is not null && !IsGone)
            found = _isFailureReported && settings.Mode != SocketPollMode.Level ? SocketEvents.None : SocketEvents.Error;
        return isSpent || IsGone ? SocketEvents.None : found;
    }

    public override bool OnReported(SocketEvents events)
    {
        PollSettings settings = PollSettings.Unpack(Volatile.Read(ref _settings));
        _isConnectedReported |= (events & SocketEvents.Connected) != 0;
        if ((events & SocketEvents.Error) != 0)
            _isFailureReported = true;
        if ((events & (SocketEvents.Readable | SocketEvents.Accept)) != 0)
            _isReadReported = true;
        if ((events & SocketEvents.Writable) != 0)
            _isWriteReported = true;

        // What the kernel reports it reports again by itself; the rest has to be looked at again while it lasts.
        return settings.Mode == SocketPollMode.Level && (Failure is not null || _isFoundOutsideKernel);
    }

    /// <summary>Lets the link do what it wants to do, if something of that has come. True: it was asked to.</summary>
    private bool Advance(ref ReadinessMask seen)
    {
        bool wasOpen = Target.IsOpen;
        LinkWants wants = Target.Wants;
        bool isDue = _isProgressDue
            || (seen & ToMask(wants)) != 0
            || ((seen & (ReadinessMask.Error | ReadinessMask.HangUp)) != 0 && (wants != LinkWants.None || !wasOpen));
        if (!isDue)
            return false;
        _isProgressDue = false;
        Target.Progress();

        // What the link wanted it has used; of what may be left the kernel is asked again.
        seen &= wasOpen ? ~ToMask(wants) : ReadinessMask.None;
        if (wants != LinkWants.None)
            seen &= ~ReadinessMask.Error;
        return true;
    }

    private SocketEvents Find(PollSettings settings, ReadinessMask seen)
    {
        _isFoundOutsideKernel = false;
        if (!Target.IsOpen)
            return SocketEvents.None;
        bool isEdge = settings.Mode == SocketPollMode.Edge;
        SocketEvents found = SocketEvents.None;
        if ((settings.Interest & SocketEvents.Connected) != 0 && !_isConnectedReported)
            found |= SocketEvents.Connected;
        SocketEvents reading = settings.Interest & (SocketEvents.Readable | SocketEvents.Accept);
        if (reading != 0)
        {
            if ((seen & ReadinessMask.Read) != 0)
            {
                found |= reading;
            }
            else if (!(isEdge && _isReadReported) && Target.HasPendingData)
            {
                found |= reading;
                _isFoundOutsideKernel = true;
            }
        }

        if ((settings.Interest & SocketEvents.Writable) != 0 && CanSendNow())
        {
            if ((seen & ReadinessMask.Write) != 0)
            {
                found |= SocketEvents.Writable;
            }
            else if (Target.Underlying is null && !(isEdge && _isWriteReported))
            {
                found |= SocketEvents.Writable;
                _isFoundOutsideKernel = true;
            }
        }

        if ((seen & ReadinessMask.HangUp) != 0 || ((seen & ReadinessMask.ReadHangUp) != 0 && (settings.Interest & SocketEvents.Closed) != 0))
            found |= SocketEvents.Closed;
        if ((seen & ReadinessMask.Error) != 0)
            found |= SocketEvents.Error;
        return found;
    }

    /// <summary>What the kernel's word means where nothing else counts.</summary>
    private static SocketEvents OfKernel(SocketEvents interest, ReadinessMask seen)
    {
        SocketEvents found = (seen & ReadinessMask.Read) != 0 ? interest & (SocketEvents.Readable | SocketEvents.Accept) : SocketEvents.None;
        if ((seen & ReadinessMask.Write) != 0)
            found |= interest & SocketEvents.Writable;
        if ((seen & ReadinessMask.HangUp) != 0 || ((seen & ReadinessMask.ReadHangUp) != 0 && (interest & SocketEvents.Closed) != 0))
            found |= SocketEvents.Closed;
        if ((seen & ReadinessMask.Error) != 0)
            found |= SocketEvents.Error;
        return found;
    }

    /// <summary>A link that has bytes of its own to send first takes no more.</summary>
    private bool CanSendNow() => Target.CanSend && (Target.Wants & LinkWants.Write) == 0;

    private void Fail(Exception exception)
    {
        lock (_poll.Gate)
        {
            if (IsGone)
                return;
            Unregister(_poll.Readiness);
            _poll.Timers.Remove(this);
        }

        Failure = Target.Fail(exception);
    }
}
