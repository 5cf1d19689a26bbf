using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Certificates;

namespace Sockets.Links.Tls;

/// <summary>A client's part in one handshake.</summary>
/// <param name="context">What it asks for.</param>
/// <param name="name">What the server's certificate must carry; null when only its key counts.</param>
internal sealed class TlsClientHandshake(TlsClientContext context, string? name) : TlsHandshake(context.Settings)
{
    public override bool IsServer => false;

    public override string? TargetName => name;

    protected override bool NeedsPeerCertificate => true;

    public override Task BeginAsync(SslStream stream) =>
        stream.AuthenticateAsClientAsync(context.CreatePlatformOptions(name, Judge), CancellationToken.None);

    protected override CertificateVerifier CreateVerifier() => Settings.CreateVerifier(CertificatePurpose.ServerAuthentication, name);
}
