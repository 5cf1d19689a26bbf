using System.Security.Authentication;

namespace Sockets.Links.Tls;

/// <summary>Versions by their names.</summary>
internal static class TlsVersionText
{
    public static string Of(SslProtocols version) => version switch
    {
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.Tls12 => "TLS 1.2",
        _ => version.ToString(),
    };
}
