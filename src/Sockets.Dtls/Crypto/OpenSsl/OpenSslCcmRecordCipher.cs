using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// AES-CCM records over two kept contexts, as <see cref="OpenSslRecordCipher"/>. CCM wants to know the length of the whole
/// plaintext first and to have it in one piece (RFC 3610 §2.2), so content, type and padding are put together in the record. A
/// context is keyed for one direction, which is all that an epoch ever asks for; another direction costs a new key schedule.
/// </summary>
internal sealed unsafe class OpenSslCcmRecordCipher : RecordCipher
{
    private const int SampleLength = 16;
    private const int ShortLength = 256;
    private const int KeyLength = 16;
    private const int NoDirection = -1;

    private readonly ulong _confidentialityLimit;
    private readonly ulong _integrityLimit;
    private nint _aead;
    private nint _number;
    private byte* _key;
    private int _direction = NoDirection;
    private uint _ivHead;
    private ulong _ivTail;

    public OpenSslCcmRecordCipher(CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        _confidentialityLimit = CipherSuites.ConfidentialityLimit(suite);
        _integrityLimit = CipherSuites.IntegrityLimit(suite);
        _ivHead = BinaryPrimitives.ReadUInt32BigEndian(iv);
        _ivTail = BinaryPrimitives.ReadUInt64BigEndian(iv[4..]);
        _aead = OpenSslError.ThrowIfNull(LibCrypto.EVP_CIPHER_CTX_new());
        _number = OpenSslError.ThrowIfNull(LibCrypto.EVP_CIPHER_CTX_new());
        _key = (byte*)NativeMemory.Alloc(KeyLength);
        key.CopyTo(new Span<byte>(_key, KeyLength));
        fixed (byte* maskKey = numberKey)
        {
            // The lengths of nonce and tag decide about the mode's own blocks, so they come before the key.
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_CipherInit_ex(_aead, EvpAlgorithms.Aead(suite), 0, null, null, 1));
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_CIPHER_CTX_ctrl(_aead, LibCrypto.ControlSetIvLength, CipherSuites.NonceLength, null));
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_CIPHER_CTX_ctrl(_aead, LibCrypto.ControlSetTag, CipherSuites.TagLength, null));
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_CipherInit_ex(_number, EvpAlgorithms.NumberCipher(suite), 0, maskKey, null, 1));
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_CIPHER_CTX_set_padding(_number, 0));
        }
    }

    ~OpenSslCcmRecordCipher() => Dispose(false);

    public override int Overhead => CipherSuites.TagLength;

    public override ulong ConfidentialityLimit => _confidentialityLimit;

    public override ulong IntegrityLimit => _integrityLimit;

    public override void Seal(
        ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
    {
        ObjectDisposedException.ThrowIf(_aead == 0, this);
        int innerLength = SealRequest.Validate(header, plaintext, record, out bool inPlace);
        Span<byte> body = record.Slice(header.Length, innerLength);
        if (!inPlace)
            plaintext.CopyTo(body);
        body[plaintext.Length] = contentType;
        body[(plaintext.Length + 1)..].Clear();

        byte* nonce = stackalloc byte[CipherSuites.NonceLength];
        WriteNonce(sequence, nonce);
        bool isSealed;
        fixed (byte* wire = record)
        {
            byte* inner = wire + header.Length;
            isSealed = SetNonce(nonce, encrypt: 1)
                && Process(wire, header.Length, inner, innerLength)
                && LibCrypto.EVP_CIPHER_CTX_ctrl(_aead, LibCrypto.ControlGetTag, CipherSuites.TagLength, inner + innerLength) == 1;
            if (isSealed)
            {
                // RFC 9147 §4.2.3: the first 16 bytes of ciphertext, tag included, make the mask of the number.
                byte* mask = stackalloc byte[SampleLength];
                isSealed = Mask(inner, mask);
                byte* number = wire + header.NumberOffset;
                number[0] ^= mask[0];
                if (header.NumberLength == 2)
                    number[1] ^= mask[1];
            }
        }

        GC.KeepAlive(this);
        if (isSealed)
            return;
        CryptographicOperations.ZeroMemory(record);
        LibCrypto.ERR_clear_error();
        throw new CryptographicException("OpenSSL: sealing a record failed.");
    }

    public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        ObjectDisposedException.ThrowIf(_aead == 0, this);
        SealRequest.ValidateMask(sample, mask);
        byte* block = stackalloc byte[SampleLength];
        bool isDone;
        fixed (byte* source = sample)
            isDone = Mask(source, block);
        GC.KeepAlive(this);
        if (!isDone)
            throw new CryptographicException("OpenSSL: the record-number mask failed.");
        new ReadOnlySpan<byte>(block, mask.Length).CopyTo(mask);
    }

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext)
    {
        ObjectDisposedException.ThrowIf(_aead == 0, this);
        int innerLength = ciphertext.Length - CipherSuites.TagLength;
        if (innerLength < 0)
            return false;

        byte* nonce = stackalloc byte[CipherSuites.NonceLength];
        WriteNonce(sequence, nonce);
        bool isOpened;
        fixed (byte* additional = header)
        fixed (byte* body = ciphertext)
        {
            isOpened = SetNonce(nonce, encrypt: 0)
                && LibCrypto.EVP_CIPHER_CTX_ctrl(_aead, LibCrypto.ControlSetTag, CipherSuites.TagLength, body + innerLength) == 1
                && Process(additional, header.Length, body, innerLength);
        }

        GC.KeepAlive(this);
        if (!isOpened)
        {
            CryptographicOperations.ZeroMemory(ciphertext[..innerLength]);
            LibCrypto.ERR_clear_error();
        }

        return isOpened;
    }

    protected override void Dispose(bool disposing)
    {
        // Freeing a context cleanses the key schedule it holds.
        LibCrypto.EVP_CIPHER_CTX_free(_aead);
        LibCrypto.EVP_CIPHER_CTX_free(_number);
        if (_key is not null)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(_key, KeyLength));
            NativeMemory.Free(_key);
            _key = null;
        }

        _aead = 0;
        _number = 0;
        _ivHead = 0;
        _ivTail = 0;
    }

    private bool SetNonce(byte* nonce, int encrypt)
    {
        if (_direction == encrypt)
            return LibCrypto.CipherSetIv(_aead, 0, 0, null, nonce, encrypt) == 1;
        bool isSet = LibCrypto.EVP_CipherInit_ex(_aead, 0, 0, _key, nonce, encrypt) == 1;
        _direction = isSet ? encrypt : NoDirection;
        return isSet;
    }

    /// <summary>Length, additional data, and the text in place; opening, this is where a wrong tag shows.</summary>
    private bool Process(byte* additional, int additionalLength, byte* text, int length) =>
        Update(null, null, length)
        && (additionalLength == 0 || Update(null, additional, additionalLength))
        && Update(text, text, length);

    private bool Update(byte* output, byte* input, int length)
    {
        int written;
        int result = input is null || length <= ShortLength
            ? LibCrypto.CipherUpdateShort(_aead, output, &written, input, length)
            : LibCrypto.EVP_CipherUpdate(_aead, output, &written, input, length);
        return result == 1;
    }

    /// <summary>RFC 8446 §5.3: the IV, its last 8 bytes combined with the 64-bit sequence number.</summary>
    private void WriteNonce(ulong sequence, byte* nonce)
    {
        Span<byte> destination = new(nonce, CipherSuites.NonceLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination, _ivHead);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], _ivTail ^ sequence);
    }

    private bool Mask(byte* sample, byte* block)
    {
        int written;
        return LibCrypto.CipherUpdateShort(_number, block, &written, sample, SampleLength) == 1;
    }
}
