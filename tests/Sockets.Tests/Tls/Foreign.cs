using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Sockets.Links;

namespace Sockets.Tests.Tls;

/// <summary>A peer that is not ours: a plain SslStream over a blocking socket, at the other end of one of our sockets.</summary>
internal sealed class Foreign : IAsyncDisposable
{
    private readonly SystemSocket _near;
    private readonly SslProtocols _versions;
    private readonly bool _isServer;
    private Socket? _ours;

    private Foreign(SslProtocols versions, bool isServer)
    {
        (_near, SystemSocket far) = TlsPair.Tcp(null);
        far.Blocking = true;
        Raw = far;
        Stream = new SslStream(new NetworkStream(far, ownsSocket: true));
        _versions = versions;
        _isServer = isServer;
    }

    public SslStream Stream { get; }

    public SystemSocket Raw { get; }

    public Socket Ours => _ours!;

    public static Foreign Client(SslProtocols versions = SslProtocols.Tls13) => new(versions, isServer: false);

    public static Foreign Server(SslProtocols versions = SslProtocols.Tls13) => new(versions, isServer: true);

    public Task OpenAgainst(TlsServerContext context) => OpenAsync(context.Links.Wrap(new PlainLink(_near)));

    public Task OpenAgainst(TlsClientContext context) => OpenAsync(context.Links.Wrap(new PlainLink(_near), TlsPair.HostName));

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _ours?.Dispose();
        _near.Dispose();
    }

    private async Task OpenAsync(SocketLink link)
    {
        _ours = new Socket(link, SocketTransport.Stream, TimeProvider.System);
        Task theirs = _isServer
            ? Stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(TlsIdentity.Server.Certificate, [TlsIdentity.Intermediate.Certificate], offline: true),
                EnabledSslProtocols = _versions,
            })
            : Stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = TlsPair.HostName,
                EnabledSslProtocols = _versions,
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
            });
        try
        {
            await link.OpenAsync(default).AsTask().WaitAsync(Waiting.HangGuard);
        }
        catch
        {
            link.Dispose();
            await Task.WhenAny(theirs);
            throw;
        }

        await theirs.WaitAsync(Waiting.HangGuard);
    }
}
