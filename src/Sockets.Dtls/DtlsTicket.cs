using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls;

/// <summary>
/// What a client needs to resume a session (RFC 8446 §2.2): the server's ticket and the secret that belongs to it. Offered by
/// <see cref="DtlsConfig.Ticket"/>; each one should be used once, so that nobody can tell two connections to be the same client's.
/// </summary>
public sealed class DtlsTicket : IDisposable
{
    /// <summary>No ticket is older (RFC 8446 §4.6.1).</summary>
    internal static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(7);

    /// <summary>A longer identity might leave no room in a ClientHello, whose extensions have 65535 bytes (RFC 8446 §4.1.2).</summary>
    internal const int MaxIdentityLength = 16_384;

    private const byte FormatVersion = 2;
    private const int MaxCertificates = 16;

    private readonly byte[] _secret;
    private readonly List<ReadOnlyMemory<byte>> _peerCertificates;

    internal DtlsTicket(CipherSuite suite, int secretLength, byte[] identity, IReadOnlyList<ReadOnlyMemory<byte>> peerCertificates)
    {
        CipherSuite = suite;
        _secret = GC.AllocateArray<byte>(secretLength, pinned: true);
        Identity = identity;
        _peerCertificates = [.. peerCertificates];
    }

    /// <summary>The suite of the session. Another one with the same hash may be negotiated.</summary>
    public CipherSuite CipherSuite { get; }

    /// <summary>The name the session was made for; null when the client named none. Offered for this name only.</summary>
    public string? ServerName { get; internal init; }

    /// <summary>The application protocol of the session.</summary>
    public DtlsApplicationProtocol ApplicationProtocol { get; internal init; }

    /// <summary>The server's certificates, leaf first: they are judged again when the session is resumed.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates => _peerCertificates;

    /// <summary>The kind of <see cref="PeerCertificates"/>.</summary>
    public DtlsCertificateType PeerCertificateType =>
        Handshake.HandshakeMachine.IsRawPublicKey(PeerCertificates) ? DtlsCertificateType.RawPublicKey : DtlsCertificateType.X509;

    /// <summary>The OCSP response that came with them, judged again too; empty without one.</summary>
    public ReadOnlyMemory<byte> OcspResponse { get; internal init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset Received { get; internal init; }

    /// <summary>From when on it is of no use: seven days after it came at the latest.</summary>
    public DateTimeOffset Expires { get; internal init; }

    /// <summary>The external PSK that the session goes back to; empty when certificates did it.</summary>
    public ReadOnlyMemory<byte> PskIdentity { get; internal init; }

    /// <summary>Early data the server takes with it, in bytes; 0: none.</summary>
    public uint MaxEarlyDataSize { get; internal init; }

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    internal uint AgeAdd { get; init; }

    internal byte[] Identity { get; }

    internal Span<byte> Secret => _secret;

    /// <summary>Whether it can be offered at this time.</summary>
    public bool IsUsable(DateTimeOffset now) => !IsDisposed && now < Expires && now >= Received;

    /// <summary>
    /// All of it as bytes, for <see cref="TryImport"/>. <b>They hold the session's secret in clear</b>: whoever reads them can
    /// resume the session as this client. Keep them where you would keep a private key, and zero them after use.
    /// </summary>
    public byte[] Export()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var writer = new WireWriter();
        writer.UInt8(FormatVersion);
        writer.UInt16((ushort)CipherSuite);
        writer.UInt32(AgeAdd);
        writer.UInt32(MaxEarlyDataSize);
        writer.UInt64((ulong)Received.ToUnixTimeMilliseconds());
        writer.UInt64((ulong)Expires.ToUnixTimeMilliseconds());
        writer.Vector16(Identity);
        writer.Vector8(ServerName is null ? default : System.Text.Encoding.ASCII.GetBytes(ServerName));
        writer.Vector8(ApplicationProtocol.Name);
        writer.Vector16(PskIdentity.Span);
        int mark = writer.Begin(3);
        foreach (ReadOnlyMemory<byte> certificate in PeerCertificates)
            writer.Vector24(certificate.Span);
        writer.End(mark, 3);
        writer.Vector24(OcspResponse.Span);

        // The secret goes straight to its place: buffers that grow leave copies behind.
        byte[] export = new byte[writer.Written.Length + 1 + _secret.Length];
        writer.Written.CopyTo(export);
        export[writer.Written.Length] = (byte)_secret.Length;
        _secret.CopyTo(export, writer.Written.Length + 1);
        return export;
    }

    /// <summary>Reads what <see cref="Export"/> wrote.</summary>
    /// <returns>False when it is something else.</returns>
    public static bool TryImport(ReadOnlySpan<byte> source, [NotNullWhen(true)] out DtlsTicket? ticket)
    {
        ticket = null;
        var reader = new WireReader(source);
        if (!reader.TryReadUInt8(out byte version) || version != FormatVersion
            || !reader.TryReadUInt16(out ushort suite)
            || !reader.TryReadUInt32(out uint ageAdd)
            || !reader.TryReadUInt32(out uint maxEarlyDataSize)
            || !reader.TryReadUInt64(out ulong received)
            || !reader.TryReadUInt64(out ulong expires)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> identity) || identity.Length is 0 or > MaxIdentityLength
            || !reader.TryReadVector8(out ReadOnlySpan<byte> name) || !System.Text.Ascii.IsValid(name)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> protocol)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> pskIdentity)
            || !reader.TryReadVector24(out ReadOnlySpan<byte> list)
            || !reader.TryReadVector24(out ReadOnlySpan<byte> ocspResponse)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> secret) || !reader.IsEmpty
            || !Enum.IsDefined((CipherSuite)suite) || (CipherSuite)suite == CipherSuite.None
            || secret.Length != CipherSuites.HashLength(CipherSuites.Hash((CipherSuite)suite))
            || !TryReadTime(received, out DateTimeOffset receivedAt)
            || !TryReadTime(expires, out DateTimeOffset expiresAt)
            || expiresAt - receivedAt > MaxLifetime)
        {
            return false;
        }

        var certificates = new List<ReadOnlyMemory<byte>>();
        for (var entries = new WireReader(list); !entries.IsEmpty;)
        {
            if (!entries.TryReadVector24(out ReadOnlySpan<byte> certificate) || certificate.IsEmpty || certificates.Count == MaxCertificates)
                return false;
            certificates.Add(certificate.ToArray());
        }

        ticket = new DtlsTicket((CipherSuite)suite, secret.Length, identity.ToArray(), certificates)
        {
            ServerName = name.IsEmpty ? null : System.Text.Encoding.ASCII.GetString(name),
            ApplicationProtocol = protocol.IsEmpty ? default : new DtlsApplicationProtocol(protocol),
            Received = receivedAt,
            Expires = expiresAt,
            PskIdentity = pskIdentity.ToArray(),
            OcspResponse = ocspResponse.ToArray(),
            AgeAdd = ageAdd,
            MaxEarlyDataSize = maxEarlyDataSize,
        };
        secret.CopyTo(ticket.Secret);
        return true;
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        CryptographicOperations.ZeroMemory(_secret);
    }

    private static bool TryReadTime(ulong milliseconds, out DateTimeOffset time)
    {
        const ulong latest = 253_402_300_799_999; // the end of the year 9999
        time = default;
        if (milliseconds > latest)
            return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
        return true;
    }
}
