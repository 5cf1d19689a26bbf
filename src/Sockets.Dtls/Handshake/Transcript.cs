using System;
using System.Buffers;
using System.Buffers.Binary;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The transcript hash (RFC 8446 §4.4.1) over messages as TLS frames them: type and 24-bit length, without DTLS's
/// sequence and fragment fields (RFC 9147 §5.2). Keeps the bytes until the suite, and so the hash, is known.
/// </summary>
internal sealed class Transcript(CryptoProvider crypto) : IDisposable
{
    private const int HeaderLength = 4;

    private byte[]? _pending = [];
    private TranscriptHash? _hash;

    // message_hash and HelloRetryRequest, which a binder of the second ClientHello covers too; null without a retry.
    private byte[]? _retry;
    private bool _isRetryWhole;

    // The messages themselves, where client authentication may begin another transcript with them.
    private ArrayBufferWriter<byte>? _messages;

    /// <summary>Length in bytes of the hash; 0 until <see cref="SelectHash"/>.</summary>
    public int Length => _hash?.Length ?? 0;

    /// <summary>A transcript that begins with the messages of another one.</summary>
    public static Transcript After(CryptoProvider crypto, HashKind kind, ReadOnlySpan<byte> messages)
    {
        var transcript = new Transcript(crypto) { _pending = messages.ToArray() };
        transcript.SelectHash(kind);
        return transcript;
    }

    /// <summary>Keeps the messages for <see cref="TakeMessages"/>. Before the first of them.</summary>
    public void KeepMessages() => _messages = new ArrayBufferWriter<byte>();

    /// <summary>They are not needed after all.</summary>
    public void DropMessages() => _messages = null;

    /// <summary>Every message so far, for <see cref="After"/>; null when they are not kept.</summary>
    public byte[]? TakeMessages() => _messages?.WrittenSpan.ToArray();

    /// <summary>Adds a whole message.</summary>
    public void Append(HandshakeType type, ReadOnlySpan<byte> body)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        WriteHeader(header, type, body.Length);
        _messages?.Write(header);
        _messages?.Write(body);
        if (_retry is not null && !_isRetryWhole)
        {
            _isRetryWhole = type != HandshakeType.MessageHash;
            _retry = [.. _retry, .. header, .. body];
        }

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
        _retry = [];
        _messages?.Clear();
        _hash = crypto.CreateTranscriptHash(kind);
        Append(HandshakeType.MessageHash, clientHelloHash);
    }

    /// <summary>
    /// Writes the hash of what went before a ClientHello and of its beginning, its header having its whole length. That up to
    /// the binders is what they are made over (RFC 8446 §4.2.11.2). Does not depend on whether <see cref="Append"/> has taken it.
    /// </summary>
    public void GetHelloHash(HashKind kind, ReadOnlySpan<byte> truncatedHello, int wholeLength, Span<byte> destination)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        WriteHeader(header, HandshakeType.ClientHello, wholeLength);
        using TranscriptHash hash = crypto.CreateTranscriptHash(kind);
        hash.Append(_retry);
        hash.Append(header);
        hash.Append(truncatedHello);
        hash.GetCurrent(destination);
    }

    /// <summary>Writes the hash of everything so far.</summary>
    public void GetCurrent(Span<byte> destination) => _hash!.GetCurrent(destination);

    public void Dispose() => _hash?.Dispose();

    // RFC 9147 §5.2: as TLS has it, without message_seq and the fragment's fields.
    private static void WriteHeader(Span<byte> destination, HandshakeType type, int length) =>
        BinaryPrimitives.WriteUInt32BigEndian(destination, ((uint)type << 24) | (uint)length);
}
