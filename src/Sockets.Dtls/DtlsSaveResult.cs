namespace Sockets.Dtls;

/// <summary>What became of <see cref="DtlsConnection.TrySave"/>.</summary>
public enum DtlsSaveResult : byte
{
    /// <summary>The connection is over here, and goes on wherever its state is restored.</summary>
    Saved,

    /// <summary>The handshake is not done, or the connection is over: there is nothing to save. Nothing has changed.</summary>
    NotConnected,

    /// <summary>
    /// A part of the peer's message was acknowledged and the rest is on its way, datagrams wait for
    /// <see cref="DtlsConnection.DeliverEarly"/>, or client authentication is under way
    /// (<see cref="DtlsConnection.RequestClientCertificate"/>). Nothing has changed; try again a little later.
    /// </summary>
    Busy,
}
