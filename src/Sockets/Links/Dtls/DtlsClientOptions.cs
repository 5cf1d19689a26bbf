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

    /// <summary>As <see cref="DtlsOptions.Copy"/>.</summary>
    internal DtlsClientOptions Snapshot()
    {
        var copy = (DtlsClientOptions)Copy();
        copy.EarlyData = [.. EarlyData];
        return copy;
    }

    /// <param name="host">The name to ask for and to verify; an IP address is never sent (RFC 6066 §3).</param>
    internal DtlsConfig CreateConfig(string host) => Finish(CreateConfig() with
    {
        ServerName = IPAddress.TryParse(host, out _) ? null : TargetHostName.ToAscii(host),
        RequestTickets = Tickets is not null,
        SendEarlyData = EarlyData.Count > 0,
    });
}
