using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Certificates;
using Sockets.Tool.Options;

namespace Sockets.Tool.Serving;

/// <summary><c>sockets serve --tls</c>.</summary>
internal sealed class TlsServing
{
    private readonly ServeOptions _shared;
    private readonly Option<HostAndPort?> _selector = new("--tls") { Description = "Serve TLS on this address and TCP port; with several certificates, each client gets the one for the name it asks for (SNI), else the first.", HelpName = "HOST:PORT", CustomParser = HostAndPort.Parse };
    private readonly Option<bool> _refuseUnknown = new("--refuse-unknown-names") { Description = "Refuse clients that ask for a name that no certificate is for, or for none." };
    private readonly TlsChoices _choices = new();

    private TlsServing(ServeOptions shared) => _shared = shared;

    public static TransportMode CreateMode(ServeOptions shared)
    {
        var mode = new TlsServing(shared);
        return new TransportMode(
            mode._selector,
            [shared.Certificate, shared.Key, shared.ClientAuthority, shared.ClientAuthentication, shared.ProxySources, mode._refuseUnknown, .. mode._choices.All],
            mode.RunAsync)
        {
            Required = [shared.Certificate, shared.Key],
        };
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        (string authentication, string? authorityPath) = _shared.ReadClientAuthentication(result);
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
        if (authorityPath is not null)
            options.Trust = CredentialFiles.LoadAnchors(authorityPath);
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
            foreach (string name in NamesOf(certificate.Certificate))
                named.TryAdd(name, certificate);
        }

        return new TlsServerCertificates(result.GetValue(_refuseUnknown) ? null : certificates[0], named);
    }

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static extension => extension.EnumerateDnsNames());
}
