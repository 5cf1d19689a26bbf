using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using NSec.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Crypto.NSec;

/// <summary>
/// Record protection with an AEAD of NSec. It takes one contiguous plaintext, so content, type and padding are put together
/// in the record itself and encrypted in place. The key lies in memory that libsodium guards and zeroes.
/// </summary>
internal sealed class NSecRecordCipher : RecordCipher
{
    private readonly CipherSuite _suite;
    private readonly AeadAlgorithm _algorithm;
    private readonly Key _key;
    private readonly RecordCipher _mask;
    private uint _ivHead;
    private ulong _ivTail;
    private bool _disposed;

    /// <param name="suite">The suite.</param>
    /// <param name="algorithm">Its AEAD.</param>
    /// <param name="key">The key of the AEAD.</param>
    /// <param name="iv">The static IV.</param>
    /// <param name="mask">Makes the number mask and nothing else; owned from here on.</param>
    public NSecRecordCipher(CipherSuite suite, AeadAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, RecordCipher mask)
    {
        _suite = suite;
        _algorithm = algorithm;
        _key = Key.Import(algorithm, key, KeyBlobFormat.RawSymmetricKey);
        _ivHead = BinaryPrimitives.ReadUInt32BigEndian(iv);
        _ivTail = BinaryPrimitives.ReadUInt64BigEndian(iv[4..]);
        _mask = mask;
    }

    public override int Overhead => CipherSuites.TagLength;

    public override ulong ConfidentialityLimit => CipherSuites.ConfidentialityLimit(_suite);

    public override ulong IntegrityLimit => CipherSuites.IntegrityLimit(_suite);

    public override void Seal(
        ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int innerLength = SealRequest.Validate(header, plaintext, record, out bool inPlace);
        Span<byte> body = record[header.Length..];
        Span<byte> inner = body[..innerLength];
        if (!inPlace)
            plaintext.CopyTo(inner);
        inner[plaintext.Length] = contentType;
        inner[(plaintext.Length + 1)..].Clear();

        Span<byte> nonce = stackalloc byte[CipherSuites.NonceLength];
        WriteNonce(sequence, nonce);
        _algorithm.Encrypt(_key, nonce, record[..header.Length], inner, body);

        // RFC 9147 §4.2.3: the first 16 bytes of ciphertext, tag included, make the mask of the number.
        Span<byte> mask = stackalloc byte[2];
        mask = mask[..header.NumberLength];
        _mask.ComputeMask(body[..16], mask);
        Span<byte> number = record.Slice(header.NumberOffset, header.NumberLength);
        for (int i = 0; i < mask.Length; i++)
            number[i] ^= mask[i];
    }

    public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _mask.ComputeMask(sample, mask);
    }

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (ciphertext.Length < CipherSuites.TagLength)
            return false;

        Span<byte> nonce = stackalloc byte[CipherSuites.NonceLength];
        WriteNonce(sequence, nonce);
        Span<byte> inner = ciphertext[..^CipherSuites.TagLength];
        if (_algorithm.Decrypt(_key, nonce, header, ciphertext, inner))
            return true;
        CryptographicOperations.ZeroMemory(inner);
        return false;
    }

    public override void ReleaseTables() => _mask.ReleaseTables();

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        _key.Dispose();
        _mask.Dispose();
        _ivHead = 0;
        _ivTail = 0;
    }

    /// <summary>RFC 8446 §5.3: the IV, its last 8 bytes combined with the 64-bit sequence number.</summary>
    private void WriteNonce(ulong sequence, Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, _ivHead);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], _ivTail ^ sequence);
    }
}
