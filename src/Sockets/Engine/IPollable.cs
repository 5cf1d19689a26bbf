using System;
using Sockets.Links;

namespace Sockets.Engine;

/// <summary>
/// What a <c>SocketPoll</c> sees of a socket or a listener. It is called by the thread that waits, while a receive and a send
/// may run on others.
/// </summary>
internal interface IPollable
{
    /// <summary>The system's socket to watch. Null: it is driven elsewhere, and only <see cref="PollRegistration.SignalChange"/> tells of news.</summary>
    SystemSocket? Underlying { get; }

    /// <summary>Whether the handshake is done, so that the user's interest counts. Always, for a listener.</summary>
    bool IsOpen { get; }

    /// <summary>See <see cref="SocketLink.IsBare"/>: besides the system's socket there is nothing to look at. Becomes false only with a signal.</summary>
    bool IsBare { get; }

    /// <summary>What it waits for itself, whatever the user wants.</summary>
    LinkWants Wants { get; }

    /// <summary>Whether a receive (a listener: an accept) would succeed without the system.</summary>
    bool HasPendingData { get; }

    /// <summary>Whether a send would be accepted now as far as is known without the system. Never, for a listener.</summary>
    bool CanSend { get; }

    /// <summary>When <see cref="Progress"/> is due though nothing happens, on <see cref="TimeProvider"/>; <see cref="long.MaxValue"/>: never.</summary>
    long NextTimeout { get; }

    /// <summary>The clock of <see cref="NextTimeout"/>.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>The one poll it is in: the owner signals through this, and closes it before the system's socket.</summary>
    ref PollRegistration Registration { get; }

    /// <summary>A poll has taken the place: what changes by itself is to be signalled from now on.</summary>
    void StartSignalling();

    /// <summary>Advances what it does for itself. Never blocks; may be called for nothing; failures are thrown.</summary>
    bool Progress();

    /// <summary>Keeps a failure that the poll has met, to be thrown by the next operation.</summary>
    SocketFailureException Fail(Exception exception);
}
