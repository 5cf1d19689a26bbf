using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>
/// Record protection with the platform's AEADs. They take one contiguous plaintext, so content, type and padding are
/// put together in the record itself and encrypted in place.
/// </summary>
/// <remarks>
/// The platform reports a wrong tag by an exception, which costs twenty times the record and allocates. So after the
/// first forgery the cipher opens with two encryptions instead (the modes are key streams: encrypting ciphertext gives
/// plaintext, and encrypting that again gives the tag that belongs to it), until no forgery was seen for a while.
/// </remarks>
internal sealed class BclRecordCipher : RecordCipher
{
    private const int CautiousRecords = 1 << 20;

    [ThreadStatic]
    private static byte[]? t_scratch;

    private readonly PlatformAead _aead;
    private readonly NumberMask _numberMask;
    private readonly ulong _confidentialityLimit;
    private readonly ulong _integrityLimit;
    private uint _ivHead;
    private ulong _ivTail;
    private int _cautious;
    private bool _disposed;

    public BclRecordCipher(CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        bool chaCha = suite == CipherSuite.ChaCha20Poly1305Sha256;
        _confidentialityLimit = CipherSuites.ConfidentialityLimit(suite);
        _integrityLimit = CipherSuites.IntegrityLimit(suite);
        _ivHead = BinaryPrimitives.ReadUInt32BigEndian(iv);
        _ivTail = BinaryPrimitives.ReadUInt64BigEndian(iv[4..]);
        _aead = suite switch
        {
            CipherSuite.ChaCha20Poly1305Sha256 => new ChaChaAead(key),
            CipherSuite.Aes128CcmSha256 => new AesCcmAead(key),
            _ => new AesGcmAead(key),
        };
        _numberMask = chaCha ? new ChaChaNumberMask(numberKey) : new AesNumberMask(numberKey);
    }

    public override int Overhead => CipherSuites.TagLength;

    public override ulong ConfidentialityLimit => _confidentialityLimit;

    public override ulong IntegrityLimit => _integrityLimit;

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
        _aead.Encrypt(nonce, inner, inner, body[innerLength..], record[..header.Length]);

        // RFC 9147 §4.2.3: the first 16 bytes of ciphertext, tag included, make the mask of the number.
        Span<byte> mask = stackalloc byte[2];
        mask = mask[..header.NumberLength];
        _numberMask.Compute(body[..16], mask);
        Span<byte> number = record.Slice(header.NumberOffset, header.NumberLength);
        for (int i = 0; i < number.Length; i++)
            number[i] ^= mask[i];
    }

    public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SealRequest.ValidateMask(sample, mask);
        _numberMask.Compute(sample, mask);
    }

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int innerLength = ciphertext.Length - CipherSuites.TagLength;
        if (innerLength < 0)
            return false;

        Span<byte> nonce = stackalloc byte[CipherSuites.NonceLength];
        WriteNonce(sequence, nonce);
        Span<byte> inner = ciphertext[..innerLength];
        ReadOnlySpan<byte> tag = ciphertext[innerLength..];
        bool opened = _cautious == 0
            ? OpenDirectly(nonce, inner, tag, header)
            : OpenCautiously(nonce, inner, tag, header);
        if (!opened)
        {
            _cautious = CautiousRecords;
            CryptographicOperations.ZeroMemory(inner);
        }

        return opened;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _aead.Dispose();
            _numberMask.Dispose();
        }

        _disposed = true;
        _ivHead = 0;
        _ivTail = 0;
    }

    private bool OpenDirectly(ReadOnlySpan<byte> nonce, Span<byte> inner, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header)
    {
        try
        {
            _aead.Decrypt(nonce, inner, tag, header);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private bool OpenCautiously(ReadOnlySpan<byte> nonce, Span<byte> inner, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header)
    {
        _cautious--;
        Span<byte> expected = stackalloc byte[CipherSuites.TagLength];
        if (t_scratch is null || t_scratch.Length < inner.Length)
            t_scratch = new byte[Math.Max(2048, (int)BitOperations.RoundUpToPowerOf2((uint)inner.Length))];

        _aead.Encrypt(nonce, inner, inner, expected, default);
        _aead.Encrypt(nonce, inner, t_scratch.AsSpan(0, inner.Length), expected, header);
        return CryptographicOperations.FixedTimeEquals(expected, tag);
    }

    /// <summary>RFC 8446 §5.3: the IV, its last 8 bytes combined with the 64-bit sequence number.</summary>
    private void WriteNonce(ulong sequence, Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, _ivHead);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], _ivTail ^ sequence);
    }
}
