namespace Sockets.Dtls;

/// <summary>What the peer shall do with new connection IDs (RFC 9147 §9). The values are the wire values.</summary>
public enum DtlsConnectionIdUsage : byte
{
    /// <summary>Use one of them for every record from now on.</summary>
    Immediate = 0,

    /// <summary>Keep them for when they are needed.</summary>
    Spare = 1,
}
