using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls;

/// <content>NewSessionTicket after the handshake, from both sides (RFC 8446 §4.6.1).</content>
public sealed partial class DtlsConnection
{
    // Client: what further tickets are derived from, as long as further ones are taken. Pinned and zeroed like all secrets.
    private byte[]? _resumptionSecret;
    private Queue<DtlsTicket>? _tickets;
    private int _ticketsTaken;

    /// <summary>Client: takes the next ticket that came (<see cref="DtlsEventKind.TicketReceived"/>). The caller owns it.</summary>
    /// <returns>Null when there is none.</returns>
    public DtlsTicket? TakeTicket() => _tickets is { Count: > 0 } tickets ? tickets.Dequeue() : null;

    /// <summary>Client: keeps what the tickets to come are derived from.</summary>
    private void KeepResumptionSecret(HandshakeMachine machine)
    {
        if (_config is not { RequestTickets: true, UtcNow: not null })
            return;
        _resumptionSecret = GC.AllocateUninitializedArray<byte>(machine.Keys!.HashLength, pinned: true);
        machine.Keys[ScheduledSecret.Resumption].CopyTo(_resumptionSecret);
    }

    /// <summary>
    /// Client: takes a ticket. Only so many of one connection: then what they are derived from is of no more use, and a server
    /// cannot fill our memory.
    /// </summary>
    private ProtocolError HandleTicket(ReadOnlySpan<byte> body)
    {
        ProtocolError error = NewSessionTicketMessage.TryParse(body, out NewSessionTicketMessage message);
        if (error.IsError)
            return error;
        Raise(DtlsEventKind.TicketReceived);
        if (_resumptionSecret is not { } secret || message.Lifetime == 0 || message.Ticket.Length > DtlsTicket.MaxIdentityLength)
            return ProtocolError.None; // RFC 8446 §4.6.1: a lifetime of zero has it discarded at once

        DateTimeOffset now = _config.UtcNow!();
        TimeSpan lifetime = TimeSpan.FromSeconds(message.Lifetime);
        var ticket = new DtlsTicket(CipherSuite, secret.Length, message.Ticket.ToArray(), PeerCertificates)
        {
            ServerName = _config.ServerName,
            OcspResponse = PeerOcspResponse,
            ApplicationProtocol = ApplicationProtocol,
            Received = now,
            Expires = now + (lifetime < DtlsTicket.MaxLifetime ? lifetime : DtlsTicket.MaxLifetime),
            PskIdentity = PskIdentity,
            AgeAdd = message.AgeAdd,
            MaxEarlyDataSize = message.MaxEarlyDataSize,
        };
        KeySchedule.ExpandLabel(_config.Crypto, CipherSuites.Hash(CipherSuite), secret, "resumption"u8, message.Nonce, ticket.Secret);
        _tickets ??= new Queue<DtlsTicket>();
        _tickets.Enqueue(ticket);
        if (++_ticketsTaken == DtlsConfig.MaxTickets)
            DropResumptionSecret();
        return ProtocolError.None;
    }

    /// <summary>Server: a flight of tickets, acknowledged and retransmitted like any other.</summary>
    private void SendTickets(HandshakeMachine machine)
    {
        if (_config is not { TicketProtector: { } protector, UtcNow: { } clock, TicketCount: > 0 } || !machine.ClientTakesTickets)
            return;
        DateTimeOffset now = clock();
        DateTimeOffset authenticated = machine.Authenticated ?? now;

        // Sessions may be resumed from resumed ones, but not for ever (RFC 8446 §4.6.1).
        TimeSpan left = authenticated + DtlsTicket.MaxLifetime - now;
        uint lifetime = (uint)Math.Max(0, Math.Min(_config.TicketLifetime.TotalSeconds, left.TotalSeconds));
        if (lifetime == 0)
            return;
        HashKind hash = CipherSuites.Hash(CipherSuite);

        // Who the client is would have to be judged before its early data is used.
        uint maxEarlyDataSize = machine.PeerCertificates.Count == 0 ? (uint)_config.MaxEarlyDataSize : 0;
        var writer = new WireWriter();
        Span<byte> ageAdd = stackalloc byte[4];
        for (int i = 0; i < _config.TicketCount && !IsOver; i++)
        {
            ReadOnlySpan<byte> nonce = [(byte)i];
            _config.Crypto.FillRandom(ageAdd);
            using var state = new TicketState(CipherSuite, machine.Keys!.HashLength)
            {
                Issued = now,
                Authenticated = authenticated,
                Lifetime = lifetime,
                AgeAdd = BinaryPrimitives.ReadUInt32BigEndian(ageAdd),
                MaxEarlyDataSize = maxEarlyDataSize,
                ApplicationProtocol = ApplicationProtocol.Name.ToArray(),
                Binding = machine.TicketBinding,
                PskIdentity = machine.PskIdentity.ToArray(),
                PeerCertificates = machine.PeerCertificates,
            };
            KeySchedule.ExpandLabel(_config.Crypto, hash, machine.Keys[ScheduledSecret.Resumption], "resumption"u8, nonce, state.Secret);
            byte[]? bytes = state.Write();
            byte[]? ticket = bytes is null ? null : protector.Protect(bytes, now, now + TimeSpan.FromSeconds(lifetime));
            CryptographicOperations.ZeroMemory(bytes);
            if (ticket is null)
                break;
            writer.Clear();
            NewSessionTicketMessage.Write(writer, lifetime, state.AgeAdd, nonce, ticket, maxEarlyDataSize);
            Enqueue(HandshakeType.NewSessionTicket, writer.Written);
        }

        if (_flight is { IsEmpty: false } && !IsOver)
            StartFlight();
    }

    private void DropResumptionSecret()
    {
        CryptographicOperations.ZeroMemory(_resumptionSecret);
        _resumptionSecret = null;
    }

    /// <summary>Tickets that nobody took are gone with the connection.</summary>
    private void DisposeTickets()
    {
        while (_tickets is { Count: > 0 } tickets)
            tickets.Dequeue().Dispose();
    }
}
