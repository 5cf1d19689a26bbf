using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>Where the tickets of one client connection come from and go to: a cache, and the key it knows this connection by.</summary>
internal sealed class TicketPlace(DtlsTicketCache cache, string key)
{
    /// <summary>
    /// Equal for connections that may stand for each other: to the same server, with the same protocols, as the same client,
    /// under the same trust.
    /// </summary>
    public static string KeyOf(DtlsClientOptions options, DtlsConfig config, string name, int port)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, Encoding.UTF8.GetBytes(name.ToLowerInvariant()));
        Add(hash, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{port} {(int)options.CertificateRevocationCheckMode} {(int)options.Stapling} {options.Trust.Identity}")));
        Add(hash, Encoding.UTF8.GetBytes(config.ServerName ?? ""));
        Add(hash, BitConverter.GetBytes(config.ApplicationProtocols.Count));
        foreach (DtlsApplicationProtocol protocol in config.ApplicationProtocols)
            Add(hash, protocol.Name);
        Add(hash, BitConverter.GetBytes(config.Credentials.Count));
        foreach (DtlsCredential credential in config.Credentials)
            Add(hash, credential.CertificateChain[0].Span);
        foreach (DtlsCertificateType type in config.PeerCertificateTypes)
            Add(hash, [(byte)type]);
        foreach (DtlsPreSharedKey psk in config.PreSharedKeys)
            Add(hash, psk.Identity.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A ticket for this connection; the caller disposes it.</summary>
    public DtlsTicket? Take(DateTimeOffset now) => cache.Take(key, now);

    /// <summary>Keeps a ticket for the next connection.</summary>
    public void Put(DtlsTicket ticket, DateTimeOffset now) => cache.Add(key, ticket, now);

    /// <summary>Drops what there is for connections like this one.</summary>
    public void Forget() => cache.Forget(key);

    private static void Add(IncrementalHash hash, ReadOnlySpan<byte> value)
    {
        hash.AppendData(BitConverter.GetBytes(value.Length));
        hash.AppendData(value);
    }
}
