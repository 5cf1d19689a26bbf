using Sockets.Links;

namespace Sockets.Engine;

/// <summary>The poll's side of a registration. Called from any thread; nothing here blocks or calls back.</summary>
internal interface IPollObserver
{
    /// <summary>The state changed by itself: <see cref="IPollable.Progress"/> is to be called.</summary>
    void OnChanged();

    /// <summary>An operation of the user is over: what the link wants and has may be different now.</summary>
    /// <param name="blocked">The directions in which it would have blocked.</param>
    void OnOperation(LinkWants blocked);

    /// <summary>The system's socket is about to be closed.</summary>
    void OnClosing();
}
