using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// Makes and checks the cookies of stateless HelloRetryRequests (RFC 9147 §5.1, RFC 8446 §4.2.2):
/// <c>key id, time, suite, group, hash of ClientHello1, HMAC-SHA256</c>. The HMAC also covers the path and everything of
/// the ClientHello that the second one must repeat. Keys rotate; the one before the current one still checks.
/// </summary>
internal sealed class CookieJar : IDisposable
{
    /// <summary>Bytes of the longest cookie.</summary>
    public const int MaxLength = HashOffset + CipherSuites.MaxHashLength + MacLength;

    private const int TimeOffset = 1;
    private const int SuiteOffset = 9;
    private const int GroupOffset = 11;
    private const int HashOffset = 13;
    private const int MacLength = 32;

    private readonly CryptoProvider _crypto;
    private readonly TimeSpan _lifetime;
    private readonly TimeSpan _keyLifetime;
    private readonly byte[][] _keys = [GC.AllocateArray<byte>(MacLength, pinned: true), GC.AllocateArray<byte>(MacLength, pinned: true)];
    private byte _keyId;
    private MonotonicTime _keyCreated;
    private bool _hasKey;

    public CookieJar(CryptoProvider crypto, TimeSpan lifetime, TimeSpan keyLifetime)
    {
        _crypto = crypto;
        _lifetime = lifetime;
        _keyLifetime = keyLifetime;
        foreach (byte[] key in _keys)
            crypto.FillRandom(key);
    }

    /// <summary>Writes a cookie.</summary>
    /// <returns>Bytes written, <see cref="MaxLength"/> at most.</returns>
    public int Write(
        in DtlsPath path, in ClientHelloMessage hello, CipherSuite suite, NamedGroup group, ReadOnlySpan<byte> helloHash, MonotonicTime now, Span<byte> destination)
    {
        RotateKey(now);
        destination[0] = _keyId;
        BinaryPrimitives.WriteInt64BigEndian(destination[TimeOffset..], now.Ticks);
        BinaryPrimitives.WriteUInt16BigEndian(destination[SuiteOffset..], (ushort)suite);
        BinaryPrimitives.WriteUInt16BigEndian(destination[GroupOffset..], (ushort)group);
        helloHash.CopyTo(destination[HashOffset..]);
        int length = HashOffset + helloHash.Length;
        ComputeMac(_keyId, path, hello, destination[..length], destination.Slice(length, MacLength));
        return length + MacLength;
    }

    /// <summary>Checks a cookie and takes out what it holds.</summary>
    public bool TryRead(in DtlsPath path, in ClientHelloMessage hello, ReadOnlySpan<byte> cookie, MonotonicTime now, [NotNullWhen(true)] out RetryState? retry)
    {
        retry = null;
        RotateKey(now);
        if (cookie.Length is < HashOffset + MacLength or > MaxLength)
            return false;
        byte keyId = cookie[0];
        if (keyId != _keyId && keyId != (byte)(_keyId - 1))
            return false;

        Span<byte> mac = stackalloc byte[MacLength];
        ComputeMac(keyId, path, hello, cookie[..^MacLength], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, cookie[^MacLength..]))
            return false;

        // From here on the cookie is one of ours.
        var created = new MonotonicTime(BinaryPrimitives.ReadInt64BigEndian(cookie[TimeOffset..]));
        if (created > now || now - created > _lifetime)
            return false;
        retry = new RetryState(
            (CipherSuite)BinaryPrimitives.ReadUInt16BigEndian(cookie[SuiteOffset..]),
            (NamedGroup)BinaryPrimitives.ReadUInt16BigEndian(cookie[GroupOffset..]),
            cookie[HashOffset..^MacLength].ToArray(),
            cookie.ToArray(),
            created);
        return true;
    }

    public void Dispose()
    {
        foreach (byte[] key in _keys)
            CryptographicOperations.ZeroMemory(key);
    }

    private void RotateKey(MonotonicTime now)
    {
        if (!_hasKey)
        {
            _hasKey = true;
            _keyCreated = now;
        }
        else if (now - _keyCreated >= _keyLifetime)
        {
            // Two lifetimes without a ClientHello: the key before the current one is too old as well.
            int rotations = now - _keyCreated >= _keyLifetime + _keyLifetime ? 2 : 1;
            for (int i = 0; i < rotations; i++)
                _crypto.FillRandom(_keys[++_keyId % 2]);
            _keyCreated = now;
        }
    }

    private void ComputeMac(byte keyId, in DtlsPath path, in ClientHelloMessage hello, ReadOnlySpan<byte> content, Span<byte> mac)
    {
        Span<byte> input = stackalloc byte[MaxLength + (2 * DtlsAddress.EncodedLength) + MacLength];
        content.CopyTo(input);
        int length = content.Length;
        path.Remote.CopyTo(input[length..]);
        length += DtlsAddress.EncodedLength;
        path.Local.CopyTo(input[length..]);
        length += DtlsAddress.EncodedLength;
        HashInvariants(hello, input.Slice(length, MacLength));
        length += MacLength;
        _crypto.Hmac(HashKind.Sha256, _keys[keyId % 2], input[..length], mac);
    }

    /// <summary>What the second ClientHello must repeat of the first (RFC 8446 §4.1.2).</summary>
    private void HashInvariants(in ClientHelloMessage hello, Span<byte> destination)
    {
        using TranscriptHash hash = _crypto.CreateTranscriptHash(HashKind.Sha256);
        Span<byte> prefix = stackalloc byte[4];
        hash.Append(hello.Random);
        BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)hello.SessionId.Length);
        BinaryPrimitives.WriteUInt16BigEndian(prefix[2..], (ushort)hello.CipherSuites.Length);
        hash.Append(prefix);
        hash.Append(hello.SessionId);
        hash.Append(hello.CipherSuites);
        foreach (ExtensionBlock.Entry entry in hello.Extensions)
        {
            if (entry.Type is ExtensionType.KeyShare or ExtensionType.Cookie or ExtensionType.EarlyData or ExtensionType.PreSharedKey or ExtensionType.Padding)
                continue;
            BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)entry.Type);
            BinaryPrimitives.WriteUInt16BigEndian(prefix[2..], (ushort)entry.Content.Length);
            hash.Append(prefix);
            hash.Append(entry.Content);
        }

        hash.GetCurrent(destination);
    }
}
