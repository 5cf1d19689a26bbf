using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls;

/// <summary>
/// Stateless tickets: the session itself, sealed under a key that only servers have (AES-256-GCM, a key of its own for each
/// ticket). Keys change; tickets of the ones before are good until they expire.
/// </summary>
/// <remarks>
/// Whoever gets such a key can read the secrets of all sessions it has sealed, so keys are random, live in memory alone and
/// do not live long. Servers that share sessions are given the same ones by <see cref="Rotate"/>.
/// </remarks>
public sealed class DtlsTicketKeys : IDtlsTicketProtector, IDisposable
{
    /// <summary>Bytes of a key for <see cref="Rotate"/>.</summary>
    public const int KeyLength = 32;

    // The keys that open tickets, the newest included: more than fit into a ticket's seven days at a reasonable pace.
    private const int MaxKeys = 16;

    // key name, salt, the sealed state, tag
    private const int NameLength = 16;
    private const int SaltLength = 16;
    private const int HeaderLength = NameLength + SaltLength;
    private const int TagLength = 16;
    private const int NonceLength = 12;
    private const int IdLength = 32;

    private readonly Lock _gate = new();
    private readonly CryptoProvider _crypto;
    private readonly TimeSpan? _keyLifetime;
    private readonly List<Key> _keys = []; // the newest first
    private bool _isDisposed;

    /// <summary>Makes random keys of its own and changes them by itself: for one server.</summary>
    /// <param name="crypto">Where randomness and key derivation come from.</param>
    /// <param name="keyLifetime">How long a key seals new tickets. Null: 12 hours.</param>
    public DtlsTicketKeys(CryptoProvider crypto, TimeSpan? keyLifetime = null)
    {
        ArgumentNullException.ThrowIfNull(crypto);
        if (keyLifetime is { } lifetime)
            ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, DtlsTicket.MaxLifetime / (MaxKeys - 2), nameof(keyLifetime));
        _crypto = crypto;
        _keyLifetime = keyLifetime ?? TimeSpan.FromHours(12);
    }

    /// <summary>Uses keys from outside, which several servers share: this one, until <see cref="Rotate"/> brings the next.</summary>
    /// <param name="crypto">Where randomness and key derivation come from.</param>
    /// <param name="key">32 random bytes.</param>
    public DtlsTicketKeys(CryptoProvider crypto, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(crypto);
        _crypto = crypto;
        Rotate(key);
    }

    /// <summary>
    /// Makes each ticket good for one use: a record of those that were used, which servers with the same keys must share.
    /// Null: a ticket may be used again until it expires, as far as the server is concerned.
    /// </summary>
    public IDtlsReplayRecord? SingleUse { get; init; }

    /// <summary>Keys that open tickets now, the one that seals included.</summary>
    public int KeyCount
    {
        get
        {
            lock (_gate)
                return _keys.Count;
        }
    }

    /// <summary>
    /// Seals new tickets with another key. Give it to all servers at nearly the same time: a ticket whose key a server does not
    /// have yet costs a full handshake. The keys before open their tickets until those have expired.
    /// </summary>
    /// <param name="key">32 random bytes.</param>
    public void Rotate(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException($"A ticket key has {KeyLength} bytes.", nameof(key));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_keys.Count > 0)
                _keys[0].IsShared = true;
            Add(key, default);
        }
    }

    /// <inheritdoc/>
    public byte[]? Protect(ReadOnlySpan<byte> state, DateTimeOffset now, DateTimeOffset expires)
    {
        byte[] ticket = new byte[HeaderLength + state.Length + TagLength];
        lock (_gate)
        {
            if (_isDisposed)
                return null;
            DropExpired(now);
            Renew(now);
            Key key = _keys[0];
            if (expires > key.LastExpiry)
                key.LastExpiry = expires;
            key.Name.CopyTo(ticket, 0);
            _crypto.FillRandom(ticket.AsSpan(NameLength, SaltLength));
            Span<byte> material = stackalloc byte[KeyLength + NonceLength];
            Derive(key, ticket, material);
            using var cipher = new AesGcm(material[..KeyLength], TagLength);
            cipher.Encrypt(
                material[KeyLength..], state, ticket.AsSpan(HeaderLength, state.Length), ticket.AsSpan(HeaderLength + state.Length), ticket.AsSpan(0, HeaderLength));
            CryptographicOperations.ZeroMemory(material);
        }

        return ticket;
    }

    /// <inheritdoc/>
    public byte[]? Unprotect(ReadOnlySpan<byte> ticket, DateTimeOffset now)
    {
        if (ticket.Length <= HeaderLength + TagLength)
            return null;
        Span<byte> material = stackalloc byte[KeyLength + NonceLength];
        lock (_gate)
        {
            if (_isDisposed || Find(ticket) is not { } key)
                return null;
            Derive(key, ticket, material);
        }

        byte[]? state = GC.AllocateArray<byte>(ticket.Length - HeaderLength - TagLength, pinned: true);
        using (var cipher = new AesGcm(material[..KeyLength], TagLength))
        {
            CryptographicOperations.ZeroMemory(material[..KeyLength]);
            try
            {
                cipher.Decrypt(material[KeyLength..], ticket[HeaderLength..^TagLength], ticket[^TagLength..], state, ticket[..HeaderLength]);
            }
            catch (AuthenticationTagMismatchException)
            {
                state = null;
            }
        }

        return state;
    }

    /// <inheritdoc/>
    public bool TryUse(ReadOnlySpan<byte> ticket, DateTimeOffset issued, DateTimeOffset now, DateTimeOffset expires)
    {
        if (SingleUse is not { } record)
            return true;
        if (record.RemembersSince > issued)
            return false; // it may have been used when nobody took note
        Span<byte> id = stackalloc byte[IdLength];
        using (TranscriptHash hash = _crypto.CreateTranscriptHash(HashKind.Sha256))
        {
            hash.Append(ticket);
            hash.GetCurrent(id);
        }

        return record.TryAdd(id, now, expires);
    }

    /// <summary>Zeroes the keys: tickets cannot be made or read any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (Key key in _keys)
                key.Dispose();
            _keys.Clear();
        }
    }

    private Key? Find(ReadOnlySpan<byte> ticket)
    {
        foreach (Key key in _keys)
        {
            if (ticket.StartsWith(key.Name))
                return key;
        }

        return null;
    }

    /// <summary>Drops the keys that no ticket in force was sealed with.</summary>
    private void DropExpired(DateTimeOffset now)
    {
        for (int i = _keys.Count - 1; i > 0; i--)
        {
            if (_keys[i].IsShared)
            {
                // Until now others may have sealed with it, for as long as a ticket lives.
                _keys[i].IsShared = false;
                _keys[i].LastExpiry = now + DtlsTicket.MaxLifetime;
            }

            if (_keys[i].LastExpiry > now)
                continue;
            _keys[i].Dispose();
            _keys.RemoveAt(i);
        }
    }

    private void Renew(DateTimeOffset now)
    {
        if (_keyLifetime is not { } lifetime || (_keys.Count > 0 && now - _keys[0].Created < lifetime && now >= _keys[0].Created))
            return;
        Span<byte> secret = stackalloc byte[KeyLength];
        _crypto.FillRandom(secret);
        Add(secret, now);
        CryptographicOperations.ZeroMemory(secret);
    }

    private void Add(ReadOnlySpan<byte> secret, DateTimeOffset now)
    {
        var key = new Key(_crypto, secret, now);
        int same = _keys.FindIndex(known => known.Name.AsSpan().SequenceEqual(key.Name));
        int leaving = same >= 0 ? same : _keys.Count == MaxKeys ? MaxKeys - 1 : -1;
        if (leaving >= 0)
        {
            if (same >= 0)
                key.LastExpiry = _keys[same].LastExpiry;
            _keys[leaving].Dispose();
            _keys.RemoveAt(leaving);
        }

        _keys.Insert(0, key);
    }

    private void Derive(Key key, ReadOnlySpan<byte> ticket, Span<byte> material)
    {
        Span<byte> info = stackalloc byte[1 + SaltLength];
        info[0] = (byte)'t';
        ticket.Slice(NameLength, SaltLength).CopyTo(info[1..]);
        _crypto.HkdfExpand(HashKind.Sha256, key.Secret, info, material);
    }

    private sealed class Key : IDisposable
    {
        public Key(CryptoProvider crypto, ReadOnlySpan<byte> secret, DateTimeOffset created)
        {
            secret.CopyTo(Secret);
            crypto.HkdfExpand(HashKind.Sha256, secret, "n"u8, Name);
            Created = created;
        }

        public byte[] Name { get; } = new byte[NameLength];

        public byte[] Secret { get; } = GC.AllocateArray<byte>(KeyLength, pinned: true);

        public DateTimeOffset Created { get; }

        /// <summary>When the last ticket expires that it has sealed.</summary>
        public DateTimeOffset LastExpiry { get; set; }

        /// <summary>Whether other servers have sealed with it, and <see cref="LastExpiry"/> does not say yet how long their tickets last.</summary>
        public bool IsShared { get; set; }

        public void Dispose() => CryptographicOperations.ZeroMemory(Secret);
    }
}
