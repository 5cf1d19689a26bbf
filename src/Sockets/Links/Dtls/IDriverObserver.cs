namespace Sockets.Links.Dtls;

/// <summary>Who keeps the books of a server's drivers. Called under a driver's gate: it must not block, or call into the application.</summary>
internal interface IDriverObserver
{
    /// <summary>A handshake has begun.</summary>
    void OnBegun(DtlsChannel channel);

    /// <summary>A handshake is done.</summary>
    void OnOpened(DtlsChannel channel);

    /// <summary>Keys of an open connection were replaced.</summary>
    void OnKeysUpdated(DtlsChannel channel);

    /// <summary>The peer of an open connection has moved.</summary>
    void OnPathChanged(DtlsChannel channel);

    /// <summary>A connection is over, or a handshake has failed.</summary>
    void OnEnded(DtlsChannel channel, DtlsException? failure);
}
