using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Certificates;
using Sockets.Tool.Options;

namespace Sockets.Tool.Serving;

/// <summary><c>sockets serve --tls</c>.</summary>
internal sealed class TlsServing
{
    private readonly ServeOptions _shared;
    private readonly Option<HostAndPort?> _selector = new("--tls") { Description = "Serve TLS on this address and TCP port.", HelpName = "HOST:PORT", CustomParser = HostAndPort.Parse };
    private readonly TlsChoices _choices;

    private TlsServing(ServeOptions shared)
    {
        _shared = shared;
        _choices = new TlsChoices(shared.Protocols);
    }

    public static TransportMode CreateMode(ServeOptions shared)
    {
        var mode = new TlsServing(shared);
        return new TransportMode(
            mode._selector,
            [.. shared.CertificateOptions, shared.ProxySources, .. mode._choices.All],
            mode.RunAsync)
        {
            Required = [shared.Certificate, shared.Key],
        };
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        (string authentication, PeerTrust? trust) = _shared.ReadClientAuthentication(result);
        var options = new TlsServerOptions
        {
            Certificates = ReadCertificates(result),
            ClientAuthentication = authentication switch
            {
                "request" => TlsClientAuthentication.Requested,
                "require" => TlsClientAuthentication.Required,
                _ => TlsClientAuthentication.None,
            },
        };
        _choices.Apply(result, options);
        if (trust is not null)
            options.Trust = trust;
        using var context = TlsServerContext.Create(options);
        SocketListenerOptions listening = new SocketListenerOptions { Proxy = _shared.ReadProxy(result) }.UseTls(context);
        return await _shared.CreateServer(result).RunAsync(await result.GetValue(_selector)!.ResolveAsync(cancellationToken), listening, cancellationToken);
    }

    private TlsServerCertificates ReadCertificates(ParseResult result)
    {
        List<TlsCertificate> certificates = [.. _shared.ReadCredentials(result).Select(static files => CredentialFiles.LoadForTls(files.CertificatePath, files.KeyPath))];
        var named = new Dictionary<string, TlsCertificate>();
        foreach (TlsCertificate certificate in certificates)
        {
            foreach (string name in CredentialFiles.NamesOf(certificate.Certificate))
                named.TryAdd(name, certificate);
        }

        return new TlsServerCertificates(result.GetValue(_shared.RefuseUnknownNames) ? null : certificates[0], named);
    }
}
