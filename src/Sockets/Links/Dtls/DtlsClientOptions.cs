using System;
using System.Collections.Generic;
using System.Net;
using Sockets.Certificates;
using Sockets.Dtls;

namespace Sockets;

/// <summary>How <see cref="DtlsChannel.ConnectAsync(string, int, DtlsClientOptions, System.Threading.CancellationToken)"/> connects; the shape of SslClientAuthenticationOptions.</summary>
public sealed class DtlsClientOptions : DtlsOptions
{
    /// <summary>
    /// The name the server's certificate must carry: a DNS name, also sent as server_name, or an IP address, which is
    /// looked up among the certificate's IP addresses and never sent. Null: the host that is connected to.
    /// </summary>
    public string? TargetHost { get; set; }

    /// <summary>
    /// Asks the server for an OCSP response about its certificate (RFC 6066 §8). Nothing is downloaded: what the server sends along has to be
    /// signed for the issuer, in force, and about this certificate, or the certificate is refused; and so is one that says of itself
    /// that it needs a response (RFC 7633). Needs <see cref="DtlsOptions.Trust"/> to judge chains. Default: no.
    /// </summary>
    public bool RequestOcspResponse { get; set; }

    /// <summary>As <see cref="RequestOcspResponse"/>, and refuses certificates that come without one. Default: no.</summary>
    public bool RequireOcspResponse { get; set; }

    /// <summary>
    /// Where tickets wait for the next connection to the same server under the same options, which then resumes the session:
    /// without signatures, and without asking the server for its certificate, which is judged again from memory. Null, the
    /// default: no session is resumed.
    /// </summary>
    public DtlsTicketCache? Tickets { get; set; }

    /// <summary>
    /// Datagrams to send along with the ClientHello (0-RTT) when a session is resumed whose server takes early data. <b>Whoever
    /// records them can send them again</b>, so nothing may be among them that may not be done twice, and they have no forward
    /// secrecy. All of them are sent or none; <see cref="DtlsChannel.EarlyDataStatus"/> says what became of them, and what the
    /// server has not taken is in <see cref="DtlsChannel.RejectedEarlyData"/>. Default: none.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> EarlyData { get; set; } = [];

    /// <summary>
    /// Whether to move to another UDP socket, as <see cref="DtlsChannel.MigrateAsync"/> does, when the system has no way to the server
    /// from the one in use: the network it was on is gone. Needs connection IDs (<see cref="DtlsOptions.ConnectionIdLength"/>).
    /// Default: no.
    /// </summary>
    public bool MigrateWhenNetworkFails { get; set; }

    internal override DtlsRole Role => DtlsRole.Client;

    internal override OcspStapling Stapling => RequireOcspResponse ? OcspStapling.Required : RequestOcspResponse ? OcspStapling.Requested : OcspStapling.None;

    /// <summary>
    /// Whether the server of a ticket's session would be trusted now: if not, another handshake may show a certificate that is. The check of
    /// the application is left to the handshake, which judges all of it again.
    /// </summary>
    internal bool Trusts(DtlsTicket ticket, string targetHost)
    {
        if (ticket.PeerCertificates.Count == 0)
            return true; // it goes back to a pre-shared key
        CertificateVerifier verifier = CreateVerifier(targetHost, asksApplication: false);
        return ticket.PeerCertificateType == DtlsCertificateType.RawPublicKey
            ? verifier.VerifyKey(ticket.PeerCertificates[0].Span).IsAccepted
            : verifier.Verify(ticket.PeerCertificates, ticket.OcspResponse).IsAccepted;
    }

    /// <summary>As <see cref="DtlsOptions.Copy"/>.</summary>
    internal DtlsClientOptions Snapshot()
    {
        var copy = (DtlsClientOptions)Copy();
        copy.EarlyData = [.. EarlyData];
        return copy;
    }

    /// <param name="host">The name to ask for and to verify; an IP address is never sent (RFC 6066 §3).</param>
    internal DtlsConfig CreateConfig(string host)
    {
        if (Stapling != OcspStapling.None && !Trust.JudgesOcspResponses)
            throw new ArgumentException($"{nameof(RequestOcspResponse)} needs {nameof(Trust)} to judge chains: PeerTrust.SystemRoots or Anchors.");
        return Finish(CreateConfig() with
        {
            ServerName = IPAddress.TryParse(host, out _) ? null : TargetHostName.ToAscii(host),
            RequestTickets = Tickets is not null,
            SendEarlyData = EarlyData.Count > 0,
            RequestOcspResponse = Stapling != OcspStapling.None,
        });
    }
}
