using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Certificates;
using Sockets.Tool.Options;

namespace Sockets.Tool.Connecting;

/// <summary><c>sockets connect --tls</c>.</summary>
internal sealed class TlsConnecting
{
    private readonly ConnectOptions _shared;
    private readonly Option<bool> _selector = new("--tls") { Description = "Over TLS." };
    private readonly TlsChoices _choices;

    private TlsConnecting(ConnectOptions shared)
    {
        _shared = shared;
        _choices = new TlsChoices(shared.Protocols);
    }

    public static TransportMode CreateMode(ConnectOptions shared)
    {
        var mode = new TlsConnecting(shared);
        return new TransportMode(mode._selector, [.. shared.CertificateOptions, .. mode._choices.All, shared.SendFile, shared.Repeat, shared.Verbose], mode.RunAsync);
    }

    private Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = new TlsClientOptions
        {
            TargetHost = result.GetValue(_shared.Name),
            Trust = _shared.ReadTrust(result),
            HandshakeTimeout = _shared.ReadTimeout(result),
        };
        _choices.Apply(result, options);
        if (_shared.ReadCredential(result) is var (certificatePath, keyPath))
            options.Certificate = CredentialFiles.LoadForTls(certificatePath, keyPath);
        return new SocketConnecting(_shared, result).RunAsync(new SocketClientOptions().UseTls(options), cancellationToken);
    }
}
