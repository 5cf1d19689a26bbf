using Sockets.Engine;

namespace Sockets;

/// <summary>What <see cref="SocketPoll.Wait"/> found of one socket, listener or timer.</summary>
public readonly struct SocketPollEvent
{
    private readonly PollSource? _source;
    private readonly SocketEvents _events;

    internal SocketPollEvent(PollSource source, SocketEvents events)
    {
        _source = source;
        _events = events;
    }

    /// <summary>
    /// What happened. <see cref="SocketEvents.None"/> if the socket was removed or closed, or the timer cancelled, since it was
    /// found: an event that comes after such a one in the same batch is not acted upon by mistake.
    /// </summary>
    public SocketEvents Events => _source is { IsGone: false } ? _events : SocketEvents.None;

    /// <summary>The socket; null when it is about something else.</summary>
    public Socket? Socket => (_source as PollEntry)?.Target as Socket;

    /// <summary>The listener; null when it is about something else.</summary>
    public SocketListener? Listener => (_source as PollEntry)?.Target as SocketListener;

    /// <summary>The timer; null when it is about something else.</summary>
    public SocketPollTimer? Timer => (_source as PollTimer)?.Face;

    /// <summary>What it was added with.</summary>
    public object? UserData => _source?.UserData;

    /// <summary>
    /// With <see cref="SocketEvents.Error"/>: what went wrong while the poll drove the connection or the handshake. Null when the
    /// system has the error, for the next operation to take: what arrived before it can be received first.
    /// </summary>
    public SocketFailureException? Failure => (_source as PollEntry)?.Failure;
}
