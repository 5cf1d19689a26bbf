namespace Sockets.Dtls;

/// <summary>What a <see cref="DtlsAdmission"/> has counted, and what there is now.</summary>
public readonly record struct DtlsAdmissionStatistics
{
    /// <summary>Connections now, handshakes included.</summary>
    public int Connections { get; init; }

    /// <summary>Handshakes now.</summary>
    public int Handshakes { get; init; }

    /// <summary>Addresses (IPv6: blocks of 64 bits) that have connections and have proven to be there.</summary>
    public int Addresses { get; init; }

    /// <summary>Those of them that have as many as they may.</summary>
    public int FullAddresses { get; init; }

    /// <summary>Whether new clients are asked for a cookie now.</summary>
    public bool IsAskingForCookies { get; init; }

    /// <summary>Handshakes that were begun.</summary>
    public long Admitted { get; init; }

    /// <summary>Those of them that were begun without a cookie.</summary>
    public long AdmittedWithoutCookie { get; init; }

    /// <summary>Clients that were asked for a cookie, without anything being kept of them.</summary>
    public long CookiesSent { get; init; }

    /// <summary>Cookies that were forged, too old, or another client's.</summary>
    public long CookiesRefused { get; init; }

    /// <summary>Dropped since there are too many connections.</summary>
    public long RefusedByConnections { get; init; }

    /// <summary>Dropped since there are too many handshakes.</summary>
    public long RefusedByHandshakes { get; init; }

    /// <summary>Dropped since their address has too many connections.</summary>
    public long RefusedByAddress { get; init; }

    /// <summary>Dropped since too many have come within a second.</summary>
    public long RefusedByRate { get; init; }

    /// <summary>Dropped since too many have come from their address within a second.</summary>
    public long RefusedByAddressRate { get; init; }

    /// <summary>Dropped since nobody is admitted for now (<see cref="DtlsAdmission.IsOpen"/>).</summary>
    public long RefusedWhileClosed { get; init; }
}
