using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>
/// Seals records as a peer could, in any header form and with any number: written from RFC 9147 §4 and RFC 8446 §7.3,
/// independently of the engine. The caller says what is in the header; the forge only encrypts.
/// </summary>
public sealed class RecordForge : IDisposable
{
    public const byte Alert = 21;
    public const byte Handshake = 22;
    public const byte ApplicationData = 23;
    public const byte Ack = 26;
    public const byte ReturnRoutabilityCheck = 27;

    private const int ConnectionIdBit = 0x10;
    private const int SequenceBit = 0x08;
    private const int LengthBit = 0x04;

    private readonly RecordCipher _cipher;
    private readonly byte[] _key;
    private readonly byte[] _iv;
    private readonly int _epoch;

    public RecordForge(CryptoProvider provider, CipherSuite suite, ReadOnlySpan<byte> trafficSecret, int epoch)
    {
        HashKind hash = CipherSuites.Hash(suite);
        int keyLength = CipherSuites.KeyLength(suite);
        byte[] key = ExpandLabel(provider, hash, trafficSecret, "key", keyLength);
        byte[] iv = ExpandLabel(provider, hash, trafficSecret, "iv", CipherSuites.NonceLength);
        byte[] number = ExpandLabel(provider, hash, trafficSecret, "sn", keyLength);
        _cipher = provider.CreateRecordCipher(suite, key, iv, number);
        _key = key;
        _iv = iv;
        _epoch = epoch;
    }

    /// <summary>HKDF-Expand-Label with DTLS's prefix (RFC 9147 §5.9).</summary>
    public static byte[] ExpandLabel(CryptoProvider provider, HashKind hash, ReadOnlySpan<byte> secret, string label, int length)
    {
        byte[] full = Encoding.ASCII.GetBytes("dtls13" + label);
        byte[] info = new byte[2 + 1 + full.Length + 1];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)length);
        info[2] = (byte)full.Length;
        full.CopyTo(info, 3);
        byte[] result = new byte[length];
        provider.HkdfExpand(hash, secret, info, result);
        return result;
    }

    /// <summary>The secret of the next epoch (RFC 8446 §7.2).</summary>
    public static byte[] NextSecret(CryptoProvider provider, CipherSuite suite, ReadOnlySpan<byte> secret)
    {
        HashKind hash = CipherSuites.Hash(suite);
        return ExpandLabel(provider, hash, secret, "traffic upd", CipherSuites.HashLength(hash));
    }

    /// <summary>One record. Without a length it must be the last of its datagram.</summary>
    public byte[] Seal(
        ulong sequence,
        byte contentType,
        ReadOnlySpan<byte> content,
        bool wideSequence = true,
        bool withLength = true,
        int padding = 0,
        byte[]? connectionId = null,
        int? epochBits = null)
    {
        int numberLength = wideSequence ? 2 : 1;
        int connectionIdLength = connectionId?.Length ?? 0;
        int headerLength = 1 + connectionIdLength + numberLength + (withLength ? 2 : 0);
        int bodyLength = content.Length + 1 + padding + _cipher.Overhead;
        byte[] record = new byte[headerLength + bodyLength];
        record[0] = (byte)(0x20
            | (connectionId is null ? 0 : ConnectionIdBit)
            | (wideSequence ? SequenceBit : 0)
            | (withLength ? LengthBit : 0)
            | ((epochBits ?? _epoch) & 3));
        connectionId?.CopyTo(record, 1);
        int numberOffset = 1 + connectionIdLength;
        if (wideSequence)
            BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(numberOffset), (ushort)sequence);
        else
            record[numberOffset] = (byte)sequence;
        if (withLength)
            BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(numberOffset + numberLength), (ushort)bodyLength);
        _cipher.Seal(sequence, new RecordHeaderLayout(headerLength, numberOffset, numberLength), content, contentType, record);
        return record;
    }

    /// <summary>A record without even a content type, which no cipher of the library makes: the tag and nothing else. AES-GCM only.</summary>
    public byte[] SealNothing(ulong sequence)
    {
        const int headerLength = 5;
        byte[] record = new byte[headerLength + CipherSuites.TagLength];
        record[0] = (byte)(0x20 | SequenceBit | LengthBit | (_epoch & 3));
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(1), (ushort)sequence);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), CipherSuites.TagLength);
        byte[] nonce = [.. _iv];
        for (int i = 0; i < sizeof(ulong); i++)
            nonce[^(i + 1)] ^= (byte)(sequence >> (8 * i));
        using var cipher = new AesGcm(_key, CipherSuites.TagLength);
        cipher.Encrypt(nonce, [], [], record.AsSpan(headerLength), record.AsSpan(0, headerLength));
        Span<byte> mask = stackalloc byte[2];
        _cipher.ComputeMask(record.AsSpan(headerLength), mask);
        record[1] ^= mask[0];
        record[2] ^= mask[1];
        return record;
    }

    public void Dispose() => _cipher.Dispose();
}
