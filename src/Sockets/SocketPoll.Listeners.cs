using System;
using Sockets.Engine;

namespace Sockets;

public sealed partial class SocketPoll
{
    /// <summary>
    /// Begins to watch a listener: <see cref="SocketEvents.Accept"/> is reported when there is something to take by
    /// <see cref="SocketListener.TryAccept"/>. With <see cref="SocketOptions.DrivenByPoll"/> it is this poll that receives the datagrams
    /// of all its peers, and drives their handshakes.
    /// </summary>
    /// <param name="listener">In no poll.</param>
    /// <param name="userData">Comes back with every event.</param>
    /// <param name="mode">When to report.</param>
    /// <exception cref="InvalidOperationException">It is in a poll already.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Add(SocketListener listener, object? userData = null, SocketPollMode mode = SocketPollMode.Level)
    {
        ArgumentNullException.ThrowIfNull(listener);
        CheckMode(mode);
        Add(listener, SocketEvents.Accept, mode, userData);
    }

    /// <summary>Replaces the interest and keeps everything else. Arms a one-shot again.</summary>
    /// <param name="listener">In this poll.</param>
    /// <param name="interest"><see cref="SocketEvents.Accept"/>, or <see cref="SocketEvents.None"/>: not now.</param>
    /// <exception cref="InvalidOperationException">The listener is not in this poll.</exception>
    public void Modify(SocketListener listener, SocketEvents interest)
    {
        ArgumentNullException.ThrowIfNull(listener);
        if ((interest & ~(SocketEvents.Accept | SocketEvents.Error)) != 0)
            throw new ArgumentException($"A listener cannot be watched for {interest & ~(SocketEvents.Accept | SocketEvents.Error)}.", nameof(interest));
        Require(listener).Modify(interest, mode: null);
    }

    /// <summary>Nothing more of this listener. False: it is not in this poll, as when it was closed.</summary>
    public bool Remove(SocketListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return TryFind(listener, out PollEntry? entry) && Remove(entry);
    }

    /// <summary>Whether the listener is in this poll.</summary>
    public bool Contains(SocketListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return TryFind(listener, out _);
    }

    /// <summary>What the listener was added with.</summary>
    /// <exception cref="InvalidOperationException">The listener is not in this poll.</exception>
    public object? GetUserData(SocketListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return Require(listener).UserData;
    }
}
