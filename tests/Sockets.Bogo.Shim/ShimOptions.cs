using System.Collections.Generic;
using Sockets.Dtls;

namespace Sockets.Bogo.Shim;

/// <summary>What the flags ask of one connection.</summary>
internal sealed class ShimOptions
{
    public int Port { get; set; }

    public ulong ShimId { get; set; }

    public bool UseIPv6 { get; set; }

    public bool IsServer { get; set; }

    /// <summary>Connections after the first.</summary>
    public int ResumeCount { get; set; }

    /// <summary>Largest datagram in bytes; null: no limit.</summary>
    public int? DatagramSize { get; set; }

    public int InitialTimeoutMilliseconds { get; set; } = 400;

    public int? MaxCertificateList { get; set; }

    /// <summary>Code points of the groups, the preferred one first; empty: all.</summary>
    public List<ushort> Groups { get; } = [];

    /// <summary>The credentials of the -new-x509-credential flags, in their order.</summary>
    public List<CredentialOptions> Credentials { get; } = [];

    /// <summary>What credential flags before the first -new-x509-credential describe: tried last.</summary>
    public CredentialOptions DefaultCredential { get; } = new();

    public string? HostName { get; set; }

    /// <summary>Client: the offered protocols. Server: the one to choose.</summary>
    public List<string> ApplicationProtocols { get; } = [];

    public List<SrtpProtectionProfile> SrtpProfiles { get; } = [];

    public bool VerifyPeer { get; set; }

    public bool VerifyFail { get; set; }

    /// <summary>The alert that refuses a certificate: the application's choice, which BoringSSL makes by its kind of callback.</summary>
    public AlertDescription VerifyFailAlert { get; set; } = AlertDescription.HandshakeFailure;

    /// <summary>Whether the verdict applies to the certificates of a resumed session too, which are judged in any case.</summary>
    public bool VerifyOnResume { get; set; }

    public bool RequireClientCertificate { get; set; }

    /// <summary>Time that passes while the first signature is made.</summary>
    public int PrivateKeyDelayMilliseconds { get; set; }

    public int ExportLength { get; set; }

    public string ExportLabel { get; set; } = "";

    public string ExportContext { get; set; } = "";

    public bool SendAlert { get; set; }

    public bool WritesFirst { get; set; }

    public bool KeyUpdateBeforeRead { get; set; }

    /// <summary>Server: neither sends tickets nor takes any.</summary>
    public bool WithoutTickets { get; set; }

    /// <summary>Not a flag of the runner's: treat what is in clear as the library does by default.</summary>
    public bool DistrustPlaintext { get; set; }

    public bool ExpectNoEarlyData { get; set; }

    /// <summary>Client: tickets of the first connection tell that the server takes early data.</summary>
    public bool ExpectEarlyDataTicket { get; set; }

    /// <summary>Server: a ticket may be read once in a connection.</summary>
    public bool CountTicketCalls { get; set; }

    /// <summary>Server: the hook makes no tickets.</summary>
    public bool DeclineTickets { get; set; }

    public bool WithoutServerNameAck { get; set; }

    /// <summary>Server: what exactly the client has to offer; empty: anything.</summary>
    public List<string> ExpectOfferedProtocols { get; } = [];

    /// <summary>Server: the hook answers with what is no answer. An empty protocol cannot be said here; one that nobody offered can.</summary>
    public bool SelectInvalidProtocol { get; set; }

    public bool ExpectSessionMiss { get; set; }

    public bool ExpectNoSession { get; set; }

    public bool ExpectRetry { get; set; }

    public int? ExpectSelectedCredential { get; set; }

    public string? ExpectServerName { get; set; }

    public string ExpectApplicationProtocol { get; set; } = "";
}
