using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using Sockets.Tool.Certificates;
using Sockets.Tool.Options;

namespace Sockets.Tool.Serving;

internal sealed partial class ServeOptions
{
    public Option<string[]> Certificate { get; } = new("--cert") { Description = "PEM file with the certificate chain, leaf first; under DTLS also one with a bare public key (RFC 7250). Repeat it, with --key, for more: each client gets one for the name it asks for (SNI) that it can verify, else the first; bare keys are for clients that take no certificate.", HelpName = "FILE" };

    public Option<string[]> Key { get; } = new("--key") { Description = "PEM file with the unencrypted private key.", HelpName = "FILE" };

    public Option<string?> ClientAuthority { get; } = new("--client-ca")
    {
        Description = "PEM file with the CAs that client certificates must come from. Makes them required, unless --client-auth says otherwise.",
        HelpName = "FILE",
    };

    public Option<string[]> ClientKeyPins { get; } = new("--client-pin-key")
    {
        Description = "In the place of --client-ca: a public key that clients may have, in a certificate or (under DTLS) bare; the SHA-256 of its subject public key info, or a PEM file with the key or its certificate. Repeat it for more.",
        HelpName = "SHA256HEX|FILE",
    };

    public Option<bool> RefuseUnknownNames { get; } = new("--refuse-unknown-names") { Description = "Refuse clients that ask for a name that no certificate is for, or for none." };

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

    /// <summary>Not among the <see cref="CertificateOptions"/>.</summary>
    public Option<string[]> Protocols { get; } = AlpnOption.Create();

    /// <summary>All that is about certificates.</summary>
    public IReadOnlyList<Option> CertificateOptions => [Certificate, Key, RefuseUnknownNames, ClientAuthority, ClientKeyPins, ClientAuthentication];

    public bool JudgesClientKeys(ParseResult result) => result.GetValue(ClientKeyPins) is { Length: > 0 };

    /// <summary>How clients are asked for a certificate, "none", "request" or "require", and how it is judged, which must then be said.</summary>
    /// <param name="result">What was given.</param>
    /// <param name="preset">How they are asked where only the judgement was given.</param>
    public (string Authentication, PeerTrust? Trust) ReadClientAuthentication(ParseResult result, string preset = "require")
    {
        string? authorityPath = result.GetValue(ClientAuthority);
        bool judgesKeys = JudgesClientKeys(result);
        if (judgesKeys && authorityPath is not null)
            throw new ToolException("--client-ca and --client-pin-key exclude each other: trust is exactly one of them.");
        bool isJudged = judgesKeys || authorityPath is not null;
        string authentication = result.GetValue(ClientAuthentication) ?? (isJudged ? preset : "none");
        if (authentication != "none" && !isJudged)
            throw new ToolException("--client-auth needs --client-ca FILE, the CAs that client certificates must come from, or --client-pin-key.");
        return (authentication, authorityPath is not null ? CredentialFiles.LoadAnchors(authorityPath) : judgesKeys ? PublicKeyPins.Read("--client-pin-key", result.GetValue(ClientKeyPins)!) : null);
    }
}
