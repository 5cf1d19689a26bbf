namespace Sockets;

/// <summary>How a client speaks TLS; the shape of SslClientAuthenticationOptions.</summary>
public sealed class TlsClientOptions : TlsOptions
{
    /// <summary>
    /// The name the server's certificate must carry: a DNS name, also sent as server_name (SNI), or an IP address, which is
    /// looked up among the certificate's IP addresses and never sent. Null: the host that is connected to.
    /// </summary>
    public string? TargetHost { get; set; }

    /// <summary>The client's own certificate, for servers that ask for one. Null: none.</summary>
    public TlsCertificate? Certificate { get; set; }

    /// <summary>
    /// Whether sessions are resumed: for the same DNS name (not for IP addresses), versions and own certificate. What began
    /// under one trust is never resumed under another: when contexts that judge differently connect to the same name, only
    /// those with the first one's trust resume. Default: true.
    /// </summary>
    public bool AllowResumption { get; set; } = true;
}
