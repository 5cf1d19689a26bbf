using System;
using System.Collections.Generic;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets;

/// <summary>How <see cref="DtlsListener.Bind"/> serves; the shape of SslServerAuthenticationOptions.</summary>
public sealed class DtlsServerOptions : DtlsOptions
{
    /// <summary>Whether clients are asked for a certificate, and whether they must have one. It is judged by <see cref="DtlsOptions.Trust"/>.</summary>
    public DtlsClientAuthentication ClientAuthentication { get; set; }

    /// <summary>DER distinguished names sent to clients as certificate_authorities, so that they can choose a certificate.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> CertificateAuthorities { get; set; } = [];

    /// <summary>
    /// Chooses the options for each client by the name it asks for (SNI) and the protocols it offers: credentials, trust, client
    /// certificates, protocols, tickets, pre-shared keys. What concerns the socket and the listener (provider, suites, groups,
    /// connection IDs, sizes of datagrams, timeouts, limits, cookies, handler, queue, clock) stays as it is in these options, which can be the ones that are
    /// chosen. Null as a result refuses the client with unrecognized_name, an exception with internal_error. Chosen options are read
    /// once. Called where <see cref="DtlsOptions.SigningCallback"/> is; the token is cancelled when the connection is over. A connection
    /// that is restored has its options chosen again, by the name and the protocol that was agreed on, and whoever restores it waits.
    /// </summary>
    public Func<DtlsClientHelloInfo, CancellationToken, ValueTask<DtlsServerOptions?>>? ServerOptionsSelectionCallback { get; set; }

    /// <summary>
    /// Chooses among the protocols a client offers, in the place of <see cref="DtlsOptions.ApplicationProtocols"/>: one of them,
    /// none, or a refusal. Called in the receive loop: it must not block or throw.
    /// </summary>
    public Func<DtlsClientHelloInfo, DtlsProtocolChoice>? ApplicationProtocolSelector { get; set; }

    /// <summary>
    /// Makes and reads session tickets: <see cref="DtlsTicketKeys"/>, <see cref="DtlsTicketStore"/>, or one of your own. Its
    /// owner disposes it. Null, the default: no session is resumed.
    /// </summary>
    public IDtlsTicketProtector? Tickets { get; set; }

    /// <summary>Tickets sent after each handshake. 0: none, but those of other servers are taken. Default: 2.</summary>
    public int TicketCount { get; set; } = 2;

    /// <summary>How long a ticket is good for, seven days at most. Default: one day.</summary>
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Bytes of early data (0-RTT) taken from a client that resumes a session; 0, the default: none. It needs
    /// <see cref="EarlyDataRecord"/> and <see cref="EarlyDataReceived"/>, and no <see cref="RequireCookie"/>, which costs the round trip
    /// that early data saves. Sessions with a client certificate have none.
    /// </summary>
    public int MaxEarlyDataSize { get; set; }

    /// <summary>Remembers what was taken, so that no copy is. Servers that share <see cref="Tickets"/> must share it.</summary>
    public IDtlsReplayRecord? EarlyDataRecord { get; set; }

    /// <summary>How far the age of a ticket may differ from what the client says. Default: 10 s.</summary>
    public TimeSpan EarlyDataWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Takes each datagram of early data when it comes, before the client has proven that it is there. Called in the receive
    /// loop: it must not block.
    /// </summary>
    public Action<DtlsChannel, ReadOnlyMemory<byte>>? EarlyDataReceived { get; set; }

    /// <summary>
    /// Finds the key of an identity that is not among <see cref="DtlsOptions.PreSharedKeys"/>; null when there is none. Called
    /// in the receive loop with what anybody may send: it must not block or throw.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, DtlsPreSharedKey?>? FindPreSharedKey { get; set; }

    /// <summary>
    /// As <see cref="FindPreSharedKey"/>, where finding takes time, a database's for instance: it is asked beside the receive loop and
    /// its handshake waits. The token is cancelled when the connection is over. An exception means that there is no key.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<DtlsPreSharedKey?>>? FindPreSharedKeyAsync { get; set; }

    /// <summary>
    /// Reads tickets where that takes time, instead of the <see cref="IDtlsTicketProtector.Unprotect"/> of <see cref="Tickets"/>, which
    /// still makes them. Gets a ticket, or whatever else a client calls one, and gives the session; null: it is none. An exception means
    /// the same.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]?>>? OpenTicketAsync { get; set; }

    /// <summary>
    /// Uses a ticket up where that takes time, instead of <see cref="IDtlsTicketProtector.TryUse"/>: of all callers with the same ticket,
    /// on all servers, one gets true. The lookup says when the ticket was made and when it expires. An exception means false.
    /// </summary>
    public Func<DtlsLookup, CancellationToken, ValueTask<bool>>? UseTicketAsync { get; set; }

    /// <summary>
    /// Records early data where that takes time, instead of the <see cref="IDtlsReplayRecord.TryAdd"/> of <see cref="EarlyDataRecord"/>, which
    /// still says from when on nothing was forgotten. Of all callers with the same identity one gets true. An exception means false.
    /// </summary>
    public Func<DtlsLookup, CancellationToken, ValueTask<bool>>? RecordEarlyDataAsync { get; set; }

    /// <summary>Whether a client must return a cookie before anything is kept for it. Default: yes.</summary>
    public bool RequireCookie { get; set; } = true;

    /// <summary>Connections at most, all states together.</summary>
    public int MaxConnections { get; set; } = 100_000;

    /// <summary>Handshakes at the same time at most.</summary>
    public int MaxHandshakes { get; set; } = 1_000;

    /// <summary>Connections that wait for <see cref="DtlsListener.AcceptAsync"/>; further ones are closed at once.</summary>
    public int Backlog { get; set; } = 512;

    /// <summary>
    /// Told of each client whose handshake failed. Called in the receive loop: it must not block. Nothing is told about
    /// clients that never returned a cookie.
    /// </summary>
    public Action<IPEndPoint, DtlsException>? HandshakeFailed { get; set; }

    internal override DtlsRole Role => DtlsRole.Server;

    /// <summary>As <see cref="DtlsOptions.Copy"/>.</summary>
    internal DtlsServerOptions Snapshot()
    {
        var copy = (DtlsServerOptions)Copy();
        copy.CertificateAuthorities = [.. CertificateAuthorities];
        return copy;
    }

    internal override DtlsConfig CreateConfig()
    {
        if (Credentials.Count == 0 && PreSharedKeys.Count == 0 && FindPreSharedKey is null && FindPreSharedKeyAsync is null && ServerOptionsSelectionCallback is null)
            throw new ArgumentException($"A server needs a certificate and its key, or {nameof(PreSharedKeys)}.", nameof(Credentials));
        if (MaxEarlyDataSize > 0 && (EarlyDataReceived is null || RequireCookie))
            throw new ArgumentException($"{nameof(MaxEarlyDataSize)} needs {nameof(EarlyDataReceived)}, and {nameof(RequireCookie)} to be false.", nameof(MaxEarlyDataSize));
        if (Backlog < 1)
            throw new ArgumentException($"{nameof(Backlog)} must be 1 or more.", nameof(Backlog));
        return Finish(base.CreateConfig() with
        {
            ClientAuthentication = ClientAuthentication,
            CertificateAuthorities = CertificateAuthorities,
            TicketProtector = Tickets,
            TicketCount = TicketCount,
            TicketLifetime = TicketLifetime,
            TicketContext = CreateTicketContext(),
            FindPreSharedKey = FindPreSharedKey,
            DeferredLookups = DeferredLookups,
            ChooseByClientHello = ServerOptionsSelectionCallback is not null,
            SelectApplicationProtocol = ApplicationProtocolSelector,
            MaxEarlyDataSize = MaxEarlyDataSize,
            EarlyDataRecord = EarlyDataRecord,
            EarlyDataWindow = EarlyDataWindow,
        });
    }

    private DtlsLookupKinds DeferredLookups =>
        (FindPreSharedKeyAsync is null ? 0 : DtlsLookupKinds.PreSharedKey)
        | (OpenTicketAsync is null ? 0 : DtlsLookupKinds.OpenTicket)
        | (UseTicketAsync is null ? 0 : DtlsLookupKinds.UseTicket)
        | (RecordEarlyDataAsync is null ? 0 : DtlsLookupKinds.RecordEarlyData);

    /// <summary>The trust in force, which tickets are bound to where clients have certificates.</summary>
    private byte[] CreateTicketContext() => ClientAuthentication == DtlsClientAuthentication.None
        ? []
        : SHA256.HashData(Encoding.UTF8.GetBytes($"{(int)CertificateRevocationCheckMode} {Trust.Identity}"));

    internal DtlsEndpointConfig CreateEndpointConfig() => new()
    {
        Server = CreateConfig(),
        RequireCookie = RequireCookie,
        MaxConnections = MaxConnections,
        MaxHandshakes = Math.Min(MaxHandshakes, MaxConnections),
    };
}
