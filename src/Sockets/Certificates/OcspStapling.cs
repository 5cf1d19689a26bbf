namespace Sockets.Certificates;

/// <summary>Whether a peer is asked for an OCSP response about its certificate.</summary>
internal enum OcspStapling
{
    /// <summary>No: what comes all the same is not looked at.</summary>
    None,

    /// <summary>It is asked for one, and needs none unless its certificate says so; what comes has to be good.</summary>
    Requested,

    /// <summary>Without a good one the certificate is refused.</summary>
    Required,
}
