using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using Sockets.Tool.Certificates;
using Sockets.Tool.Options;

namespace Sockets.Tool.Connecting;

internal sealed partial class ConnectOptions
{
    public Option<string?> Authority { get; } = new("--ca") { Description = "PEM file with the CAs that the server's certificate must come from, instead of the system's.", HelpName = "FILE" };

    public Option<string?> Name { get; } = new("--name") { Description = "The name the server's certificate must carry, instead of HOST.", HelpName = "NAME" };

    public Option<string[]> Pins { get; } = new("--pin") { Description = "Trust the certificate with this SHA-256 fingerprint, and no chain or name; repeat it for more.", HelpName = "SHA256HEX" };

    public Option<string[]> KeyPins { get; } = new("--pin-key")
    {
        Description = "Trust whoever has this public key, and no chain or name: the SHA-256 of its subject public key info, or a PEM file with the key or its certificate. Under DTLS the server may then show the bare key without a certificate (RFC 7250). Repeat it for more.",
        HelpName = "SHA256HEX|FILE",
    };

    public Option<bool> AcceptAny { get; } = new("--dangerous-accept-any-certificate") { Description = "Verify nothing: whoever is on the path can read and change everything." };

    public Option<string?> Certificate { get; } = new("--cert") { Description = "PEM file with the client's certificate chain, leaf first; under DTLS also one with a bare public key (RFC 7250).", HelpName = "FILE" };

    public Option<string?> Key { get; } = new("--key") { Description = "PEM file with the client's unencrypted private key.", HelpName = "FILE" };

    /// <summary>Not among the <see cref="CertificateOptions"/>.</summary>
    public Option<string[]> Protocols { get; } = AlpnOption.Create();

    /// <summary>All that is about certificates.</summary>
    public IReadOnlyList<Option> CertificateOptions => [Authority, Name, Pins, KeyPins, AcceptAny, Certificate, Key];

    public PeerTrust ReadTrust(ParseResult result) => ChooseTrust(result.GetValue(Authority), result.GetValue(Pins) ?? [], result.GetValue(KeyPins) ?? [], result.GetValue(AcceptAny));

    /// <summary>Whether the server's key alone is judged, so that it needs no certificate.</summary>
    public bool JudgesKeys(ParseResult result) => result.GetValue(KeyPins) is { Length: > 0 };

    /// <summary>The same in words.</summary>
    public string DescribeTrust(ParseResult result)
    {
        if (result.GetValue(Authority) is { } path)
            return $"the CAs in {path}";
        if (result.GetValue(AcceptAny))
            return "nobody: anything is accepted";
        if (JudgesKeys(result))
            return "its public key";
        return result.GetValue(Pins) is { Length: > 0 } ? "its fingerprint" : "the roots of this system";
    }

    /// <summary>The client's own certificate and key; null without.</summary>
    public (string CertificatePath, string KeyPath)? ReadCredential(ParseResult result)
    {
        string? certificatePath = result.GetValue(Certificate);
        string? keyPath = result.GetValue(Key);
        if (certificatePath is null != keyPath is null)
            throw new ToolException("--cert and --key belong together: give both.");
        return certificatePath is null ? null : (certificatePath, keyPath!);
    }

    private static PeerTrust ChooseTrust(string? authorityPath, string[] pins, string[] keyPins, bool acceptAny)
    {
        var chosen = new List<string>();
        if (authorityPath is not null)
            chosen.Add("--ca");
        if (pins.Length > 0)
            chosen.Add("--pin");
        if (keyPins.Length > 0)
            chosen.Add("--pin-key");
        if (acceptAny)
            chosen.Add("--dangerous-accept-any-certificate");
        if (chosen.Count > 1)
            throw new ToolException($"{string.Join(" and ", chosen)} exclude each other: trust is exactly one of them.");
        if (authorityPath is not null)
            return CredentialFiles.LoadAnchors(authorityPath);
        if (acceptAny)
            return PeerTrust.DangerousAcceptAnyCertificate;
        if (keyPins.Length > 0)
            return PublicKeyPins.Read("--pin-key", keyPins);
        return pins.Length > 0 ? PeerTrust.CertificateFingerprints(pins.Select(ParsePin)) : PeerTrust.SystemRoots;
    }

    private static ReadOnlyMemory<byte> ParsePin(string text) =>
        Fingerprint.TryParse(text) ?? throw new ToolException($"--pin '{text}' is not a SHA-256 fingerprint: 64 hexadecimal digits are needed.");
}
