using System;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Engine;

/// <summary>
/// What the kernel is told. Changed by the waiting thread only, under the poll's lock, since any thread may remove the entry;
/// the waiting thread may read it without.
/// </summary>
internal sealed partial class PollEntry
{
    private SafeSocketHandle? _handle;
    private ReadinessMask _mask;
    private ReadinessMode _mode;
    private bool _isRegistered;
    private bool _isDisarmed;
    private int _armedVersion; // of the settings that the kernel was told last

    /// <summary>Under the poll's lock, once, when the entry goes.</summary>
    public void Unregister(Readiness readiness)
    {
        if (!_isRegistered)
            return;
        _isRegistered = false;
        readiness.Remove(_handle!);
    }

    /// <summary>
    /// Link not open: what the link wants. Open: what the user wants, and what the link wants. A handshake is watched by level,
    /// whatever the user's mode: it takes what it needs and leaves the rest.
    /// </summary>
    private void UpdateKernel(PollSettings settings, bool hasProgressed)
    {
        if (_handle is null)
        {
            if (Target.Underlying is not { } underlying)
                return;
            _handle = underlying.SafeHandle;
        }

        bool isOpen = Target.IsOpen;
        bool isUsersTurn = isOpen && _spentVersion != settings.Version;
        ReadinessMask mask = ToMask(Target.Wants);
        if (isUsersTurn)
            mask |= OfUser(settings.Interest);
        ReadinessMode mode = !isOpen ? ReadinessMode.Level : settings.Mode switch
        {
            SocketPollMode.Edge => ReadinessMode.Edge,
            SocketPollMode.OneShot => ReadinessMode.OneShot,
            _ => ReadinessMode.Level,
        };

        // A spent one-shot is disarmed, or will be by the next event, which is not reported.
        bool isSpent = isOpen && !isUsersTurn && mask == ReadinessMask.None;
        if (isSpent && (!_isRegistered || _mode == ReadinessMode.OneShot))
            return;

        // With nothing to watch for, errors and hang-up would still come: for an open entry they are the user's business;
        // any other stays out until its link wants something.
        bool isWanted = isOpen || mask != ReadinessMask.None;
        bool isToArm = mode switch
        {
            ReadinessMode.Edge => hasProgressed || _armedVersion != settings.Version, // the link may have left something
            ReadinessMode.OneShot => _isDisarmed && !isSpent,
            _ => false,
        };
        bool isStale = mask != _mask || mode != _mode;
        if (isWanted == _isRegistered && !(isWanted && (isStale || isToArm)))
            return;
        lock (_poll.Gate)
        {
            if (IsGone)
                return;
            if (!isWanted)
                _poll.Readiness.Remove(_handle);
            else if (_isRegistered)
                _poll.Readiness.Modify(_handle, mask, Token, mode);
            else
                _poll.Readiness.Add(_handle, mask, Token, mode);
            _isRegistered = isWanted;
            _isDisarmed = false;
            _armedVersion = settings.Version;
            _mask = mask;
            _mode = mode;
        }
    }

    private ReadinessMask OfUser(SocketEvents interest)
    {
        ReadinessMask mask = ReadinessMask.None;
        if ((interest & (SocketEvents.Readable | SocketEvents.Accept)) != 0)
            mask |= ReadinessMask.Read;
        if ((interest & SocketEvents.Writable) != 0 && CanSendNow())
            mask |= ReadinessMask.Write;
        if ((interest & SocketEvents.Closed) != 0)
            mask |= ReadinessMask.ReadHangUp;
        return mask;
    }

    /// <summary>
    /// An operation would have blocked. By level, what the kernel said before that and was not reported yet is out of date;
    /// an edge may have come since, and stays. Where edges are emulated, the next one is asked for.
    /// </summary>
    private void OnBlocked(ReadinessMask mask)
    {
        if (!_isRegistered)
            return;
        if (_mode == ReadinessMode.Level)
        {
            _seen &= ~mask;
        }
        else if (_mode == ReadinessMode.Edge)
        {
            lock (_poll.Gate)
            {
                if (!IsGone)
                    _poll.Readiness.Rearm(_handle!, mask);
            }
        }
    }

    private void UpdateDeadline(bool hasProgressed)
    {
        long due = _poll.ToOwnTime(Target.NextTimeout, Target.TimeProvider);
        if (due == Due)
            return;
        if (hasProgressed && due != long.MaxValue)
            due = Math.Max(due, _poll.SoonestTimeout); // whoever has just had a turn does not get the next at once
        lock (_poll.Gate)
        {
            if (!IsGone)
                _poll.Timers.Schedule(this, due);
        }
    }
}
