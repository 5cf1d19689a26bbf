using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Net.Security;

namespace Sockets.Tool.Options;

/// <summary>What clients and servers of TLS choose alike: --alpn and --tls12.</summary>
/// <param name="protocols">--alpn, which other modes understand too.</param>
internal sealed class TlsChoices(Option<string[]> protocols)
{
    public Option<bool> AllowTls12 { get; } = new("--tls12") { Description = "Allow TLS 1.2 when the peer has no TLS 1.3." };

    public IReadOnlyList<Option> All => [protocols, AllowTls12];

    public void Apply(ParseResult result, TlsOptions options)
    {
        options.AllowTls12 = result.GetValue(AllowTls12);
        options.ApplicationProtocols = ReadProtocols(result);
    }

    public IReadOnlyList<SslApplicationProtocol> ReadProtocols(ParseResult result) =>
        [.. AlpnOption.Read(result, protocols).Select(static name => new SslApplicationProtocol(name))];
}
