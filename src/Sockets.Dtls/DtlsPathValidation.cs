namespace Sockets.Dtls;

/// <summary>
/// How a peer's new address is validated before anything is sent there (RFC 9853 §5). Matters only with connection IDs, since
/// without them an address is who the peer is.
/// </summary>
public enum DtlsPathValidation : byte
{
    /// <summary>
    /// First the old path is asked: a peer that still uses it says so, and whoever forwards copies of its datagrams gains
    /// nothing (RFC 9853 §5.2). Only when it is dead or not preferred any more is the new one asked.
    /// </summary>
    Enhanced,

    /// <summary>The new path is asked at once (RFC 9853 §5.1): faster, and open to somebody who forwards copies of datagrams sooner than they come.</summary>
    Basic,

    /// <summary>The check is not offered and not accepted: a connection never changes the address it sends to.</summary>
    None,
}
