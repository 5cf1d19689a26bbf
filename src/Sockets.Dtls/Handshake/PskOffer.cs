using System;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <summary>One PSK that a client offers in its ClientHello, until the server has answered.</summary>
internal sealed class PskOffer : IDisposable
{
    private readonly byte[] _earlySecret;

    /// <summary>Offers a ticket.</summary>
    public PskOffer(CryptoProvider crypto, DtlsTicket ticket)
        : this(crypto, CipherSuites.Hash(ticket.CipherSuite), ticket.Secret)
    {
        Identity = ticket.Identity;
        Ticket = ticket;
    }

    /// <summary>Offers an external PSK.</summary>
    public PskOffer(CryptoProvider crypto, DtlsPreSharedKey key)
        : this(crypto, key.Hash, key.Secret)
    {
        Identity = key.Identity.ToArray();
        Key = key;
    }

    private PskOffer(CryptoProvider crypto, HashKind hash, ReadOnlySpan<byte> psk)
    {
        Hash = hash;
        Identity = [];
        _earlySecret = GC.AllocateArray<byte>(CipherSuites.HashLength(hash), pinned: true);
        KeySchedule.ExtractEarly(crypto, hash, psk, _earlySecret);
    }

    public byte[] Identity { get; }

    public HashKind Hash { get; }

    /// <summary>The ticket; null for an external PSK.</summary>
    public DtlsTicket? Ticket { get; }

    /// <summary>The external PSK; null for a ticket.</summary>
    public DtlsPreSharedKey? Key { get; }

    public ReadOnlySpan<byte> EarlySecret => _earlySecret;

    /// <summary>obfuscated_ticket_age (RFC 8446 §4.2.11.1); 0 for an external PSK, as the section says.</summary>
    public uint ObfuscatedAge(DateTimeOffset now) =>
        Ticket is { } ticket ? unchecked((uint)(long)(now - ticket.Received).TotalMilliseconds + ticket.AgeAdd) : 0;

    public void Dispose() => CryptographicOperations.ZeroMemory(_earlySecret);
}
