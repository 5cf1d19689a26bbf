namespace Sockets.Dtls;

/// <summary>What became of <see cref="DtlsConnection.TryRestore"/>. Only <see cref="Restored"/> makes a connection.</summary>
public enum DtlsRestoreResult : byte
{
    /// <summary>The connection goes on.</summary>
    Restored,

    /// <summary>
    /// It is no state that this key has sealed: damaged, forged, cut off, of another key, another version, or a ticket. Which of
    /// these it is is not told.
    /// </summary>
    Invalid,

    /// <summary>It was saved too long ago (<see cref="DtlsStateProtector.Lifetime"/>), or the time of day went back behind it.</summary>
    Expired,

    /// <summary>
    /// It was restored before, or may have been: <see cref="DtlsStateProtector.Restored"/> has no room to remember it, or does not
    /// reach back to when it was saved. A second time would use nonces twice, and with them give away the keys' authentication.
    /// </summary>
    AlreadyRestored,

    /// <summary>
    /// The configuration does not have what was negotiated, wants a client certificate that was never shown, or does not choose by the
    /// client's name where that was done before. The state is not used up.
    /// </summary>
    Incompatible,

    /// <summary>Endpoint: there is a connection on its path, or no room for one more. The state is not used up.</summary>
    NoPlace,

    /// <summary>Server: nobody here serves the name that the client had asked for (SNI). The state is not used up.</summary>
    NameNotServed,
}
