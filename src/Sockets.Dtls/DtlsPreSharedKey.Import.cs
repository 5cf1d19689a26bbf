using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls;

/// <content>Keys derived for this protocol alone from one that others may use too (RFC 9258).</content>
public sealed partial class DtlsPreSharedKey
{
    /// <summary>DTLS 1.3 (RFC 9147 §5.3).</summary>
    private const ushort TargetProtocol = 0xFEFC;

    private const ushort HkdfSha256 = 0x0001;
    private const ushort HkdfSha384 = 0x0002;

    /// <summary>
    /// Imports a key: one for each hash that suites have, bound to DTLS 1.3, so that neither hash nor protocol share a key (RFC 9258). Give
    /// both ends all of them. An imported key and the same key as it is are strangers to each other.
    /// </summary>
    /// <param name="crypto">Derives them.</param>
    /// <param name="externalIdentity">The name of the key, which goes over the network in clear: 1 to 32000 bytes.</param>
    /// <param name="key">The key: 16 bytes or more.</param>
    /// <param name="context">
    /// What the key was made for, which both ends must say alike, such as who is the client and who the server; goes over the network
    /// too. 32000 bytes at most.
    /// </param>
    /// <param name="hash">The hash the key itself is provisioned with.</param>
    public static IReadOnlyList<DtlsPreSharedKey> Import(
        CryptoProvider crypto, ReadOnlySpan<byte> externalIdentity, ReadOnlySpan<byte> key, ReadOnlySpan<byte> context = default, HashKind hash = HashKind.Sha256)
    {
        const int maxLength = 32_000;
        ArgumentNullException.ThrowIfNull(crypto);
        if (externalIdentity.Length is 0 or > maxLength)
            throw new ArgumentException($"The identity of a key that is imported has 1 to {maxLength} bytes.", nameof(externalIdentity));
        if (context.Length > maxLength)
            throw new ArgumentException($"The context of a key that is imported has {maxLength} bytes at most.", nameof(context));
        if (key.Length is < MinKeyLength or > 1024)
            throw new ArgumentException($"A pre-shared key has {MinKeyLength} to 1024 bytes.", nameof(key));

        Span<byte> buffer = stackalloc byte[2 * Crypto.CipherSuites.MaxHashLength];
        Span<byte> extracted = buffer[..Crypto.CipherSuites.HashLength(hash)];
        KeySchedule.ExtractEarly(crypto, hash, key, extracted); // epskx = HKDF-Extract(0, epsk)
        var keys = new List<DtlsPreSharedKey>(2);
        foreach (HashKind target in (ReadOnlySpan<HashKind>)[HashKind.Sha256, HashKind.Sha384])
        {
            var writer = new WireWriter();
            writer.Vector16(externalIdentity);
            writer.Vector16(context);
            writer.UInt16(TargetProtocol);
            writer.UInt16(target == HashKind.Sha384 ? HkdfSha384 : HkdfSha256);
            keys.Add(Derive(crypto, hash, extracted, writer.Written, target, buffer[Crypto.CipherSuites.MaxHashLength..]));
        }

        CryptographicOperations.ZeroMemory(buffer);
        return keys;
    }

    /// <summary>
    /// Reads an identity that a client of imported keys sends, for <see cref="DtlsConfig.FindPreSharedKey"/>: look up the key by the first
    /// part, import it with the second, and take the one whose <see cref="Identity"/> was asked for.
    /// </summary>
    /// <returns>False: it is none, or for another protocol.</returns>
    public static bool TryReadImportedIdentity(ReadOnlyMemory<byte> identity, out ReadOnlyMemory<byte> externalIdentity, out ReadOnlyMemory<byte> context)
    {
        externalIdentity = default;
        context = default;
        var reader = new WireReader(identity.Span);
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> external) || external.IsEmpty
            || !reader.TryReadVector16(out ReadOnlySpan<byte> about)
            || !reader.TryReadUInt16(out ushort protocol) || protocol != TargetProtocol
            || !reader.TryReadUInt16(out ushort kdf) || kdf is not (HkdfSha256 or HkdfSha384)
            || !reader.IsEmpty)
        {
            return false;
        }

        externalIdentity = identity.Slice(sizeof(ushort), external.Length);
        context = identity.Slice(sizeof(ushort) + external.Length + sizeof(ushort), about.Length);
        return true;
    }

    // ipskx = HKDF-Expand-Label(epskx, "derived psk", Hash(ImportedIdentity), L), with the hash of the key and the length of the target's.
    private static DtlsPreSharedKey Derive(
        CryptoProvider crypto, HashKind hash, ReadOnlySpan<byte> extracted, ReadOnlySpan<byte> importedIdentity, HashKind target, Span<byte> buffer)
    {
        Span<byte> identityHash = stackalloc byte[Crypto.CipherSuites.MaxHashLength];
        identityHash = identityHash[..Crypto.CipherSuites.HashLength(hash)];
        using (TranscriptHash digest = crypto.CreateTranscriptHash(hash))
        {
            digest.Append(importedIdentity);
            digest.GetCurrent(identityHash);
        }

        Span<byte> derived = buffer[..Crypto.CipherSuites.HashLength(target)];
        KeySchedule.ExpandLabel(crypto, hash, extracted, "derived psk"u8, identityHash, derived);
        return new DtlsPreSharedKey(importedIdentity, derived, target) { Kind = PskKind.Imported };
    }
}
