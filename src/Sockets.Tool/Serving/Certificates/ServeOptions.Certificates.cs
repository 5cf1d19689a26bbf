using System.Collections.Generic;
using System.CommandLine;
using System.Linq;

namespace Sockets.Tool.Serving;

internal sealed partial class ServeOptions
{
    public Option<string[]> Certificate { get; } = new("--cert") { Description = "PEM file with the certificate chain, leaf first; repeat it, with --key, for more.", HelpName = "FILE" };

    public Option<string[]> Key { get; } = new("--key") { Description = "PEM file with the unencrypted private key.", HelpName = "FILE" };

    public Option<string?> ClientAuthority { get; } = new("--client-ca")
    {
        Description = "PEM file with the CAs that client certificates must come from. Makes them required, unless --client-auth says otherwise.",
        HelpName = "FILE",
    };

    public Option<string?> ClientAuthentication { get; } = new Option<string?>("--client-auth")
    {
        Description = "Whether clients are asked for a certificate.",
        HelpName = "none|request|require",
    }.AcceptOnlyFromAmong("none", "request", "require");

    /// <summary>The files of each certificate and its key, in the order they were given.</summary>
    public IReadOnlyList<(string CertificatePath, string KeyPath)> ReadCredentials(ParseResult result)
    {
        string[] certificates = result.GetValue(Certificate) ?? [];
        string[] keys = result.GetValue(Key) ?? [];
        if (certificates.Length != keys.Length)
            throw new ToolException($"--cert and --key belong together: {certificates.Length} and {keys.Length} of them were given.");
        return [.. certificates.Zip(keys)];
    }

    /// <summary>Whether clients are asked, "none", "request" or "require", and the file with their CAs, which must then be there.</summary>
    public (string Authentication, string? AuthorityPath) ReadClientAuthentication(ParseResult result)
    {
        string? authorityPath = result.GetValue(ClientAuthority);
        string authentication = result.GetValue(ClientAuthentication) ?? (authorityPath is null ? "none" : "require");
        if (authentication != "none" && authorityPath is null)
            throw new ToolException("--client-auth needs --client-ca FILE: the CAs that client certificates must come from.");
        return (authentication, authorityPath);
    }
}
