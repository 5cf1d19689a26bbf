using System;
using System.Buffers.Binary;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The transcript hash (RFC 8446 §4.4.1) over messages as TLS frames them: type and 24-bit length, without DTLS's
/// sequence and fragment fields (RFC 9147 §5.2). Keeps the bytes until the suite, and so the hash, is known.
/// </summary>
internal sealed class Transcript(CryptoProvider crypto) : IDisposable
{
    private byte[]? _pending = [];
    private TranscriptHash? _hash;

    /// <summary>Length in bytes of the hash; 0 until <see cref="SelectHash"/>.</summary>
    public int Length => _hash?.Length ?? 0;

    /// <summary>Adds a whole message.</summary>
    public void Append(HandshakeType type, ReadOnlySpan<byte> body)
    {
        Span<byte> header = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(header, ((uint)type << 24) | (uint)body.Length);
        if (_hash is { } hash)
        {
            hash.Append(header);
            hash.Append(body);
        }
        else
        {
            _pending = [.. _pending!, .. header, .. body]; // one ClientHello, or two with the HelloRetryRequest between them
        }
    }

    /// <summary>Fixes the hash once the suite is known.</summary>
    public void SelectHash(HashKind kind)
    {
        if (_hash is not null)
            return;
        _hash = crypto.CreateTranscriptHash(kind);
        _hash.Append(_pending!);
        _pending = null;
    }

    /// <summary>Replaces everything so far by its hash, as a HelloRetryRequest demands (RFC 8446 §4.4.1).</summary>
    public void ReplaceByHash(HashKind kind)
    {
        SelectHash(kind);
        Span<byte> first = stackalloc byte[CipherSuites.MaxHashLength];
        first = first[..Length];
        GetCurrent(first);
        RestartFromHash(kind, first);
    }

    /// <summary>Starts over from the hash of a ClientHello that a stateless server no longer has.</summary>
    public void RestartFromHash(HashKind kind, ReadOnlySpan<byte> clientHelloHash)
    {
        _hash?.Dispose();
        _pending = null;
        _hash = crypto.CreateTranscriptHash(kind);
        Append(HandshakeType.MessageHash, clientHelloHash);
    }

    /// <summary>Writes the hash of everything so far.</summary>
    public void GetCurrent(Span<byte> destination) => _hash!.GetCurrent(destination);

    public void Dispose() => _hash?.Dispose();
}
