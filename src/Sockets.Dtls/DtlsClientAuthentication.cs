namespace Sockets.Dtls;

/// <summary>Whether a server asks for a client certificate.</summary>
public enum DtlsClientAuthentication : byte
{
    /// <summary>It does not ask.</summary>
    None,

    /// <summary>It asks; a client without one is accepted, a client with a bad one is not.</summary>
    Requested,

    /// <summary>It asks, and refuses clients without one (alert certificate_required).</summary>
    Required,
}
