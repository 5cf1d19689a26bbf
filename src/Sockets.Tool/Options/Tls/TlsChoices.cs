using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Net.Security;
using System.Text;

namespace Sockets.Tool.Options;

/// <summary>What both ends of TLS understand on the command line: <c>--alpn</c> and <c>--tls12</c>.</summary>
internal sealed class TlsChoices
{
    private const int LongestProtocol = 255;

    private readonly Option<string[]> _protocols = new("--alpn") { Description = "Application protocols (ALPN), the preferred one first.", HelpName = "NAME,..." };

    public TlsChoices() => _protocols.Validators.Add(result =>
    {
        foreach (string name in result.Tokens.SelectMany(static token => token.Value.Split(',')))
        {
            if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > LongestProtocol)
                result.AddError($"--alpn needs names of 1 to {LongestProtocol} bytes, separated by commas.");
        }
    });

    public Option<bool> AllowTls12 { get; } = new("--tls12") { Description = "Allow TLS 1.2 when the peer has no TLS 1.3." };

    public IReadOnlyList<Option> All => [_protocols, AllowTls12];

    public void Apply(ParseResult result, TlsOptions options)
    {
        options.AllowTls12 = result.GetValue(AllowTls12);
        options.ApplicationProtocols = ReadProtocols(result);
    }

    public IReadOnlyList<SslApplicationProtocol> ReadProtocols(ParseResult result) =>
        [.. (result.GetValue(_protocols) ?? []).SelectMany(static names => names.Split(',')).Select(static name => new SslApplicationProtocol(name))];
}
