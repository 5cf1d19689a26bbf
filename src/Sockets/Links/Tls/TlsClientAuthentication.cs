namespace Sockets;

/// <summary>Whether a server asks clients for a certificate.</summary>
public enum TlsClientAuthentication
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>It does, and a client without one is welcome; one that is sent must be good.</summary>
    Requested,

    /// <summary>It does, and a client without a good one is refused.</summary>
    Required,
}
