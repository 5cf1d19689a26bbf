using System;
using System.Net.Security;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Certificates;

namespace Sockets.Links.Tls;

/// <summary>A server's part in one handshake.</summary>
internal sealed class TlsServerHandshake(TlsServerContext context) : TlsHandshake(context.Settings)
{
    private SocketFailureException? _refusal;
    private string? _name;

    /// <summary>RFC 6066 §3: a fatal unrecognized_name, in a record of its own (RFC 8446 §5.1).</summary>
    public override ReadOnlySpan<byte> FarewellAlert => _refusal is null ? default : [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, TlsAlertText.UnrecognizedName];

    public override bool IsServer => true;

    protected override string? NameOf(SslStream stream) => _name;

    protected override bool NeedsPeerCertificate => context.ClientAuthentication == TlsClientAuthentication.Required;

    public override Task BeginAsync(SslStream stream) => stream.AuthenticateAsServerAsync(Select, null, CancellationToken.None);

    public override void Enter(string peer)
    {
        if (!context.TryEnterHandshake())
            throw new SocketFailureException(SocketFailureReason.LimitReached, $"The TLS handshake with {peer} was not begun: {nameof(TlsServerOptions.MaxConcurrentHandshakes)} are under way.");
    }

    public override void Leave() => context.ExitHandshake();

    public override SocketFailureException? Explain(Exception exception) => _refusal ?? base.Explain(exception);

    protected override CertificateVerifier CreateVerifier() => Settings.CreateVerifier(CertificatePurpose.ClientAuthentication, targetHost: null);

    private ValueTask<SslServerAuthenticationOptions> Select(SslStream stream, SslClientHelloInfo hello, object? state, CancellationToken cancellationToken)
    {
        // The platform has decoded it; here, as in certificates, names are in the form that travels.
        string? name = _name = string.IsNullOrEmpty(hello.ServerName) ? null : TargetHostName.FromPeer(hello.ServerName);
        if (context.Certificates.Find(name) is { } certificate)
            return new ValueTask<SslServerAuthenticationOptions>(context.CreatePlatformOptions(name, certificate, Judge));
        _refusal = new SocketFailureException(SocketFailureReason.HandshakeFailed, $"The client asks for {(name is null ? "no name" : $"'{CertificateText.Printable(name)}'")}, and there is no certificate for it.");
        throw new AuthenticationException(_refusal.Message);
    }
}
