using System;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>NewSessionTicket (RFC 8446 §4.6.1).</summary>
internal readonly ref struct NewSessionTicketMessage
{
    private NewSessionTicketMessage(uint lifetime, uint ageAdd, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ticket, uint maxEarlyDataSize)
    {
        Lifetime = lifetime;
        AgeAdd = ageAdd;
        Nonce = nonce;
        Ticket = ticket;
        MaxEarlyDataSize = maxEarlyDataSize;
    }

    /// <summary>ticket_lifetime, in seconds.</summary>
    public uint Lifetime { get; }

    /// <summary>ticket_age_add.</summary>
    public uint AgeAdd { get; }

    /// <summary>ticket_nonce: tells the tickets of one connection apart.</summary>
    public ReadOnlySpan<byte> Nonce { get; }

    /// <summary>The ticket: the identity to offer.</summary>
    public ReadOnlySpan<byte> Ticket { get; }

    /// <summary>max_early_data_size; 0: none.</summary>
    public uint MaxEarlyDataSize { get; }

    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out NewSessionTicketMessage message)
    {
        message = default;
        var reader = new WireReader(body);
        if (!reader.TryReadUInt32(out uint lifetime)
            || !reader.TryReadUInt32(out uint ageAdd)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> nonce)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> ticket)
            || ticket.IsEmpty
            || !reader.TryReadVector16(out ReadOnlySpan<byte> extensions)
            || !reader.IsEmpty)
        {
            return ProtocolError.Malformed;
        }

        ProtocolError error = ExtensionBlock.TryParse(extensions, out ExtensionBlock block);
        uint maxEarlyDataSize = 0;
        if (!error.IsError && block.TryGet(ExtensionType.EarlyData, out ReadOnlySpan<byte> content))
            error = EarlyDataExtension.ParseTicket(content, out maxEarlyDataSize);
        if (!error.IsError)
            message = new NewSessionTicketMessage(lifetime, ageAdd, nonce, ticket, maxEarlyDataSize);
        return error;
    }

    public static void Write(WireWriter writer, uint lifetime, uint ageAdd, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ticket, uint maxEarlyDataSize)
    {
        writer.UInt32(lifetime);
        writer.UInt32(ageAdd);
        writer.Vector8(nonce);
        writer.Vector16(ticket);
        int extensions = writer.Begin(2);
        if (maxEarlyDataSize > 0)
            EarlyDataExtension.WriteTicket(writer, maxEarlyDataSize);
        writer.End(extensions, 2);
    }
}
