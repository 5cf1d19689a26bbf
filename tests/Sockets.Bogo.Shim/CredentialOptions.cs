using System.Collections.Generic;

namespace Sockets.Bogo.Shim;

/// <summary>The flags that describe one credential.</summary>
internal sealed class CredentialOptions
{
    public string? CertificateFile { get; set; }

    public string? KeyFile { get; set; }

    public bool MustMatchIssuer { get; set; }

    /// <summary>Code points of the schemes it may sign with, the preferred one first; empty: all its key can.</summary>
    public List<ushort> SigningPreferences { get; } = [];
}
