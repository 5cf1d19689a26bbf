using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// What all record ciphers of libcrypto have in common: a kept context for the AEAD and one for the record-number mask (for ChaCha20,
/// whose one block costs less here than there, the key alone), the nonce, and how they fail. Not thread-safe; a finalizer frees the
/// contexts of an epoch that was dropped.
/// </summary>
internal abstract unsafe class OpenSslCipher : RecordCipher
{
    private const int SampleLength = 16;
    private const int ChaChaKeyLength = 32;
    private const int ShortLength = 256;

    private readonly ulong _confidentialityLimit;
    private readonly ulong _integrityLimit;
    private nint _number;
    private byte* _numberKey;
    private uint _ivHead;
    private ulong _ivTail;

    protected OpenSslCipher(CipherSuite suite, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        _confidentialityLimit = CipherSuites.ConfidentialityLimit(suite);
        _integrityLimit = CipherSuites.IntegrityLimit(suite);
        _ivHead = BinaryPrimitives.ReadUInt32BigEndian(iv);
        _ivTail = BinaryPrimitives.ReadUInt64BigEndian(iv[4..]);
        Aead = OpenSslError.ThrowIfNull(LibCrypto.EVP_CIPHER_CTX_new());
        if (suite == CipherSuite.ChaCha20Poly1305Sha256)
        {
            _numberKey = (byte*)NativeMemory.Alloc(ChaChaKeyLength);
            numberKey.CopyTo(new Span<byte>(_numberKey, ChaChaKeyLength));
            return;
        }

        _number = OpenSslError.ThrowIfNull(LibCrypto.EVP_CIPHER_CTX_new());
        fixed (byte* maskKey = numberKey)
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_CipherInit_ex(_number, EvpAlgorithms.NumberCipher(suite), 0, maskKey, null, 1));
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_CIPHER_CTX_set_padding(_number, 0));
    }

    ~OpenSslCipher() => Dispose(false);

    public sealed override int Overhead => CipherSuites.TagLength;

    public sealed override ulong ConfidentialityLimit => _confidentialityLimit;

    public sealed override ulong IntegrityLimit => _integrityLimit;

    /// <summary>The AEAD's context; 0 once it was disposed.</summary>
    protected nint Aead { get; private set; }

    public sealed override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        ObjectDisposedException.ThrowIf(Aead == 0, this);
        SealRequest.ValidateMask(sample, mask);
        uint block = GetMask(sample);
        mask[0] = (byte)block;
        if (mask.Length == 2)
            mask[1] = (byte)(block >> 8);
    }

    internal sealed override uint GetMask(ReadOnlySpan<byte> ciphertext)
    {
        ObjectDisposedException.ThrowIf(Aead == 0, this);
        byte* block = stackalloc byte[SampleLength];
        bool done;
        fixed (byte* sample = ciphertext)
            done = Mask(sample, block);
        GC.KeepAlive(this);
        if (!done)
            throw new CryptographicException("OpenSSL: the record-number mask failed.");
        return block[0] | ((uint)block[1] << 8);
    }

    protected override void Dispose(bool disposing)
    {
        // Freeing a context cleanses the key schedule it holds.
        LibCrypto.EVP_CIPHER_CTX_free(Aead);
        LibCrypto.EVP_CIPHER_CTX_free(_number);
        Free(ref _numberKey, ChaChaKeyLength);
        Aead = 0;
        _number = 0;
        _ivHead = 0;
        _ivTail = 0;
    }

    /// <summary>Zeroes a key and gives its memory back.</summary>
    protected static void Free(ref byte* key, int length)
    {
        if (key is null)
            return;
        CryptographicOperations.ZeroMemory(new Span<byte>(key, length));
        NativeMemory.Free(key);
        key = null;
    }

    /// <summary>RFC 8446 §5.3: the IV, its last 8 bytes combined with the 64-bit sequence number.</summary>
    protected void WriteNonce(ulong sequence, byte* nonce)
    {
        Span<byte> destination = new(nonce, CipherSuites.NonceLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination, _ivHead);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], _ivTail ^ sequence);
    }

    /// <summary>Gives the context length, additional data (no output) or text; one that is short without leaving the collector's mode.</summary>
    protected bool Update(byte* output, byte* input, int length, out int written)
    {
        int count;
        int result = input is null || length <= ShortLength
            ? LibCrypto.CipherUpdateShort(Aead, output, &count, input, length)
            : LibCrypto.EVP_CipherUpdate(Aead, output, &count, input, length);
        written = count;
        return result == 1;
    }

    /// <summary>RFC 9147 §4.2.3: the first 16 bytes of ciphertext, tag included, make the mask of the number.</summary>
    protected bool MaskNumber(byte* wire, in RecordHeaderLayout header)
    {
        byte* mask = stackalloc byte[SampleLength];
        bool isMasked = Mask(wire + header.Length, mask);
        byte* number = wire + header.NumberOffset;
        number[0] ^= mask[0];
        if (header.NumberLength == 2)
            number[1] ^= mask[1];
        return isMasked;
    }

    /// <summary>Nothing half sealed leaves.</summary>
    protected static void FailSeal(Span<byte> record)
    {
        CryptographicOperations.ZeroMemory(record);
        LibCrypto.ERR_clear_error();
        throw new CryptographicException("OpenSSL: sealing a record failed.");
    }

    /// <summary>Nothing that was not authenticated stays.</summary>
    protected static void ForgetOpened(Span<byte> content)
    {
        CryptographicOperations.ZeroMemory(content);
        LibCrypto.ERR_clear_error();
    }

    /// <summary>Makes 16 bytes of which two are used: AES of the sample, or two key stream bytes of ChaCha20.</summary>
    private bool Mask(byte* sample, byte* block)
    {
        int written;
        if (_numberKey is null)
            return LibCrypto.CipherUpdateShort(_number, block, &written, sample, SampleLength) == 1;

        ReadOnlySpan<byte> key = new(_numberKey, ChaChaKeyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(
            new Span<byte>(block, sizeof(uint)), ChaCha20Block.FirstWord(key, new ReadOnlySpan<byte>(sample, SampleLength)));
        return true;
    }
}
