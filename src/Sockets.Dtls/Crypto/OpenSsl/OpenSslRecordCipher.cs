using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// Record protection over two kept contexts: one for the AEAD, one for the record-number mask (for ChaCha20, whose one block
/// costs less here than there, the key alone). A record changes only the IV. Not thread-safe; a finalizer frees the contexts
/// of an epoch that was dropped.
/// </summary>
internal sealed unsafe class OpenSslRecordCipher : RecordCipher
{
    private const int SampleLength = 16;
    private const int ChaChaKeyLength = 32;
    private const int ShortLength = 256;

    private readonly bool _isChaCha;
    private readonly ulong _confidentialityLimit;
    private readonly ulong _integrityLimit;
    private nint _aead;
    private nint _number;
    private byte* _numberKey;
    private uint _ivHead;
    private ulong _ivTail;

    public OpenSslRecordCipher(CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        _isChaCha = suite == CipherSuite.ChaCha20Poly1305Sha256;
        _confidentialityLimit = CipherSuites.ConfidentialityLimit(suite);
        _integrityLimit = CipherSuites.IntegrityLimit(suite);
        _ivHead = BinaryPrimitives.ReadUInt32BigEndian(iv);
        _ivTail = BinaryPrimitives.ReadUInt64BigEndian(iv[4..]);
        _aead = CreateContext(EvpAlgorithms.Aead(suite), key);
        if (_isChaCha)
        {
            _numberKey = (byte*)NativeMemory.Alloc(ChaChaKeyLength);
            numberKey.CopyTo(new Span<byte>(_numberKey, ChaChaKeyLength));
        }
        else
        {
            _number = CreateContext(EvpAlgorithms.NumberCipher(suite), numberKey);
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_CIPHER_CTX_set_padding(_number, 0));
        }
    }

    ~OpenSslRecordCipher() => Dispose(false);

    public override int Overhead => CipherSuites.TagLength;

    public override ulong ConfidentialityLimit => _confidentialityLimit;

    public override ulong IntegrityLimit => _integrityLimit;

    public override void Seal(
        ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
    {
        ObjectDisposedException.ThrowIf(_aead == 0, this);
        int innerLength = SealRequest.Validate(header, plaintext, record, out bool inPlace);
        int headerLength = header.Length;
        Span<byte> tail = record.Slice(headerLength + plaintext.Length, innerLength - plaintext.Length);
        tail[0] = contentType;
        tail[1..].Clear();

        byte* nonce = stackalloc byte[CipherSuites.NonceLength];
        WriteNonce(sequence, nonce);
        bool sealedRecord;
        fixed (byte* wire = record)
        fixed (byte* content = plaintext)
        {
            byte* inner = wire + headerLength;
            sealedRecord =
                Begin(nonce, encrypt: 1, wire, headerLength)
                && (inPlace || plaintext.IsEmpty
                    ? Update(inner, inner, innerLength)
                    : Update(inner, content, plaintext.Length) && Update(inner + plaintext.Length, inner + plaintext.Length, tail.Length))
                && Finish(inner + innerLength)
                && LibCrypto.EVP_CIPHER_CTX_ctrl(_aead, LibCrypto.ControlGetTag, CipherSuites.TagLength, inner + innerLength) == 1;

            if (sealedRecord)
            {
                // RFC 9147 §4.2.3: the first 16 bytes of ciphertext, tag included, make the mask of the number.
                byte* mask = stackalloc byte[SampleLength];
                sealedRecord = Mask(inner, mask);
                byte* number = wire + header.NumberOffset;
                number[0] ^= mask[0];
                if (header.NumberLength == 2)
                    number[1] ^= mask[1];
            }
        }

        GC.KeepAlive(this);
        if (!sealedRecord)
            FailSeal(record);
    }

    public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        ObjectDisposedException.ThrowIf(_aead == 0, this);
        SealRequest.ValidateMask(sample, mask);
        byte* block = stackalloc byte[SampleLength];
        bool done;
        fixed (byte* source = sample)
            done = Mask(source, block);
        GC.KeepAlive(this);
        if (!done)
            throw new CryptographicException("OpenSSL: the record-number mask failed.");
        mask[0] = block[0];
        if (mask.Length == 2)
            mask[1] = block[1];
    }

    internal override uint GetMask(ReadOnlySpan<byte> ciphertext)
    {
        ObjectDisposedException.ThrowIf(_aead == 0, this);
        byte* block = stackalloc byte[SampleLength];
        bool done;
        fixed (byte* sample = ciphertext)
            done = Mask(sample, block);
        GC.KeepAlive(this);
        if (!done)
            throw new CryptographicException("OpenSSL: the record-number mask failed.");
        return block[0] | ((uint)block[1] << 8);
    }

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext)
    {
        ObjectDisposedException.ThrowIf(_aead == 0, this);
        int innerLength = ciphertext.Length - CipherSuites.TagLength;
        if (innerLength < 0)
            return false;

        byte* nonce = stackalloc byte[CipherSuites.NonceLength];
        WriteNonce(sequence, nonce);
        byte* rest = stackalloc byte[SampleLength];
        bool opened;
        fixed (byte* additional = header)
        fixed (byte* body = ciphertext)
        {
            opened =
                Begin(nonce, encrypt: 0, additional, header.Length)
                && (innerLength == 0 || Update(body, body, innerLength))
                && LibCrypto.EVP_CIPHER_CTX_ctrl(_aead, LibCrypto.ControlSetTag, CipherSuites.TagLength, body + innerLength) == 1
                && Finish(rest);
        }

        GC.KeepAlive(this);
        if (!opened)
        {
            CryptographicOperations.ZeroMemory(ciphertext[..innerLength]);
            LibCrypto.ERR_clear_error();
        }

        return opened;
    }

    protected override void Dispose(bool disposing)
    {
        // Freeing a context cleanses the key schedule it holds.
        LibCrypto.EVP_CIPHER_CTX_free(_aead);
        LibCrypto.EVP_CIPHER_CTX_free(_number);
        if (_numberKey is not null)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(_numberKey, ChaChaKeyLength));
            NativeMemory.Free(_numberKey);
            _numberKey = null;
        }

        _aead = 0;
        _number = 0;
        _ivHead = 0;
        _ivTail = 0;
    }

    private static nint CreateContext(nint cipher, ReadOnlySpan<byte> key)
    {
        nint context = OpenSslError.ThrowIfNull(LibCrypto.EVP_CIPHER_CTX_new());
        fixed (byte* keyBytes = key)
        {
            if (LibCrypto.EVP_CipherInit_ex(context, cipher, 0, keyBytes, null, 1) != 1)
            {
                LibCrypto.EVP_CIPHER_CTX_free(context);
                LibCrypto.ERR_clear_error();
                throw new CryptographicException("OpenSSL: the cipher refused its key.");
            }
        }

        return context;
    }

    private static void FailSeal(Span<byte> record)
    {
        CryptographicOperations.ZeroMemory(record);
        LibCrypto.ERR_clear_error();
        throw new CryptographicException("OpenSSL: sealing a record failed.");
    }

    /// <summary>RFC 8446 §5.3: the IV, its last 8 bytes combined with the 64-bit sequence number.</summary>
    private void WriteNonce(ulong sequence, byte* nonce)
    {
        Span<byte> destination = new(nonce, CipherSuites.NonceLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination, _ivHead);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], _ivTail ^ sequence);
    }

    private bool Begin(byte* nonce, int encrypt, byte* additional, int additionalLength)
    {
        int written;
        return LibCrypto.CipherSetIv(_aead, 0, 0, null, nonce, encrypt) == 1
            && (additionalLength == 0
                || (additionalLength <= ShortLength
                    ? LibCrypto.CipherUpdateShort(_aead, null, &written, additional, additionalLength)
                    : LibCrypto.EVP_CipherUpdate(_aead, null, &written, additional, additionalLength)) == 1);
    }

    private bool Update(byte* output, byte* input, int length)
    {
        int written;
        int result = length <= ShortLength
            ? LibCrypto.CipherUpdateShort(_aead, output, &written, input, length)
            : LibCrypto.EVP_CipherUpdate(_aead, output, &written, input, length);
        return result == 1 && written == length;
    }

    private bool Finish(byte* output)
    {
        int written;
        return LibCrypto.EVP_CipherFinal_ex(_aead, output, &written) == 1;
    }

    /// <summary>Makes 16 bytes of which two are used: AES of the sample, or two key stream bytes of ChaCha20.</summary>
    private bool Mask(byte* sample, byte* block)
    {
        int written;
        if (!_isChaCha)
            return LibCrypto.CipherUpdateShort(_number, block, &written, sample, SampleLength) == 1;

        ReadOnlySpan<byte> key = new(_numberKey, ChaChaKeyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(
            new Span<byte>(block, sizeof(uint)), ChaCha20Block.FirstWord(key, new ReadOnlySpan<byte>(sample, SampleLength)));
        return true;
    }
}
