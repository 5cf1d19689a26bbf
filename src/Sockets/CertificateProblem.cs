namespace Sockets;

/// <summary>What was wrong with a peer's certificate. The gravest one, when there are several.</summary>
public enum CertificateProblem
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It cannot be parsed, or a signature in its chain is wrong.</summary>
    Malformed,

    /// <summary>It was revoked.</summary>
    Revoked,

    /// <summary>Its chain does not end in a trusted root.</summary>
    UntrustedRoot,

    /// <summary>A certificate of the chain has expired.</summary>
    Expired,

    /// <summary>A certificate of the chain is not valid yet.</summary>
    NotYetValid,

    /// <summary>It was not issued for this purpose, or an issuer may not issue.</summary>
    WrongUsage,

    /// <summary>It is for another name.</summary>
    NameMismatch,

    /// <summary>It, or its key, is not a pinned one.</summary>
    PinMismatch,

    /// <summary>Its revocation state is not known on this machine.</summary>
    RevocationUnknown,

    /// <summary>An OCSP response did not come with it where one is needed, or is not good.</summary>
    InvalidOcspResponse,

    /// <summary>The additional check refused it, or threw.</summary>
    RefusedByApplication,

    /// <summary>Another finding of the platform's chain check.</summary>
    Other,
}
