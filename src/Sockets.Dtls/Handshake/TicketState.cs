using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// What a server has to know of a session to resume it: what <see cref="IDtlsTicketProtector"/> turns into a ticket. Clients
/// hold it sealed, so it is parsed as something that was authenticated, and bounded all the same.
/// </summary>
internal sealed class TicketState : IDisposable
{
    /// <summary>Bytes of <see cref="Binding"/>.</summary>
    public const int BindingLength = 32;

    /// <summary>A session with more state than this gets no ticket: a ClientHello has to carry it.</summary>
    public const int MaxLength = 6_000;

    private const byte FormatVersion = 1;
    private const int FixedLength = 1 + 2 + 8 + 8 + 4 + 4 + 4 + 1 + BindingLength + 1 + 2 + 3;

    private readonly byte[] _secret;

    public TicketState(CipherSuite suite, int secretLength)
    {
        CipherSuite = suite;
        _secret = GC.AllocateArray<byte>(secretLength, pinned: true);
    }

    public CipherSuite CipherSuite { get; }

    /// <summary>When the ticket was made.</summary>
    public required DateTimeOffset Issued { get; init; }

    /// <summary>When the peers proved who they are: by the handshake that was none of resumption.</summary>
    public required DateTimeOffset Authenticated { get; init; }

    /// <summary>In seconds.</summary>
    public required uint Lifetime { get; init; }

    /// <summary>ticket_age_add.</summary>
    public uint AgeAdd { get; init; }

    /// <summary>Early data that may come with the ticket, in bytes; 0: none.</summary>
    public uint MaxEarlyDataSize { get; init; }

    /// <summary>The application protocol, which early data needs to be the same (RFC 8446 §4.2.10); empty when there was none.</summary>
    public byte[] ApplicationProtocol { get; init; } = [];

    /// <summary>What the ticket is bound to: see <see cref="ServerHandshake"/>.</summary>
    public required byte[] Binding { get; init; }

    /// <summary>The external PSK that the session goes back to; empty when certificates did it.</summary>
    public byte[] PskIdentity { get; init; } = [];

    /// <summary>The client's chain; empty when it showed none.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; init; } = [];

    public Span<byte> Secret => _secret;

    public DateTimeOffset Expires => Issued + TimeSpan.FromSeconds(Lifetime);

    /// <summary>All of it in memory that the collector does not copy; the caller zeroes it. Null: too long for a ticket.</summary>
    public byte[]? Write()
    {
        int length = FixedLength + _secret.Length + PskIdentity.Length + ApplicationProtocol.Length;
        foreach (ReadOnlyMemory<byte> certificate in PeerCertificates)
            length += 3 + certificate.Length;
        if (length > MaxLength)
            return null;

        var writer = new WireWriter();
        writer.UInt8(FormatVersion);
        writer.UInt16((ushort)CipherSuite);
        writer.UInt64((ulong)Issued.ToUnixTimeMilliseconds());
        writer.UInt64((ulong)Authenticated.ToUnixTimeMilliseconds());
        writer.UInt32(Lifetime);
        writer.UInt32(AgeAdd);
        writer.UInt32(MaxEarlyDataSize);
        writer.Vector8(ApplicationProtocol);
        writer.Bytes(Binding);
        writer.Vector16(PskIdentity);
        int mark = writer.Begin(3);
        foreach (ReadOnlyMemory<byte> certificate in PeerCertificates)
            writer.Vector24(certificate.Span);
        writer.End(mark, 3);
        writer.UInt8((byte)_secret.Length);

        byte[] state = GC.AllocateArray<byte>(length, pinned: true);
        writer.Written.CopyTo(state);
        _secret.CopyTo(state, writer.Written.Length);
        return state;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, [NotNullWhen(true)] out TicketState? state)
    {
        state = null;
        var reader = new WireReader(source);
        if (!reader.TryReadUInt8(out byte version) || version != FormatVersion
            || !reader.TryReadUInt16(out ushort suite)
            || !reader.TryReadUInt64(out ulong issued) || issued > MaxTime
            || !reader.TryReadUInt64(out ulong authenticated) || authenticated > MaxTime
            || !reader.TryReadUInt32(out uint lifetime) || lifetime > DtlsTicket.MaxLifetime.TotalSeconds
            || !reader.TryReadUInt32(out uint ageAdd)
            || !reader.TryReadUInt32(out uint maxEarlyDataSize)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> protocol)
            || !reader.TryReadBytes(BindingLength, out ReadOnlySpan<byte> binding)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> pskIdentity)
            || !reader.TryReadVector24(out ReadOnlySpan<byte> list)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> secret) || !reader.IsEmpty
            || !Enum.IsDefined((CipherSuite)suite) || (CipherSuite)suite == CipherSuite.None
            || secret.Length != CipherSuites.HashLength(CipherSuites.Hash((CipherSuite)suite)))
        {
            return false;
        }

        var certificates = new List<ReadOnlyMemory<byte>>();
        for (var entries = new WireReader(list); !entries.IsEmpty;)
        {
            if (!entries.TryReadVector24(out ReadOnlySpan<byte> certificate) || certificate.IsEmpty)
                return false;
            certificates.Add(certificate.ToArray());
        }

        state = new TicketState((CipherSuite)suite, secret.Length)
        {
            Issued = DateTimeOffset.FromUnixTimeMilliseconds((long)issued),
            Authenticated = DateTimeOffset.FromUnixTimeMilliseconds((long)authenticated),
            Lifetime = lifetime,
            AgeAdd = ageAdd,
            MaxEarlyDataSize = maxEarlyDataSize,
            ApplicationProtocol = protocol.ToArray(),
            Binding = binding.ToArray(),
            PskIdentity = pskIdentity.ToArray(),
            PeerCertificates = certificates,
        };
        secret.CopyTo(state.Secret);
        return true;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);

    // The end of the year 9000, in milliseconds of Unix time: no sum with a lifetime overflows.
    private const ulong MaxTime = 221_876_927_999_999;
}
