using System.Collections.Generic;

namespace Sockets.Dtls;

/// <summary>What a client asks for before anything is known of it: what a server chooses a configuration or a protocol by.</summary>
public sealed class DtlsClientHelloInfo
{
    /// <summary>Of a longer list the first so many are shown: each costs memory that anybody can ask for.</summary>
    internal const int MaxProtocols = 64;

    internal DtlsClientHelloInfo(string? serverName, IReadOnlyList<DtlsApplicationProtocol> applicationProtocols)
    {
        ServerName = serverName;
        ApplicationProtocols = applicationProtocols;
    }

    /// <summary>The name the client asks for (SNI), as it wrote it; null when it names none.</summary>
    public string? ServerName { get; }

    /// <summary>The application protocols it offers (ALPN), the preferred one first, 64 at most; empty when it offers none.</summary>
    public IReadOnlyList<DtlsApplicationProtocol> ApplicationProtocols { get; }

    /// <summary>Whether the client offers a protocol.</summary>
    public bool Offers(DtlsApplicationProtocol protocol)
    {
        foreach (DtlsApplicationProtocol candidate in ApplicationProtocols)
        {
            if (candidate == protocol)
                return true;
        }

        return false;
    }
}
