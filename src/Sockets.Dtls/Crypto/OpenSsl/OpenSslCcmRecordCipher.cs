using System;
using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// AES-CCM records. CCM wants to know the length of the whole plaintext first and to have it in one piece (RFC 3610 §2.2), so content,
/// type and padding are put together in the record. A context is keyed for one direction, which is all that an epoch ever asks for;
/// another direction costs a new key schedule.
/// </summary>
internal sealed unsafe class OpenSslCcmRecordCipher : OpenSslCipher
{
    private const int KeyLength = 16;
    private const int NoDirection = -1;

    private byte* _key;
    private int _direction = NoDirection;

    public OpenSslCcmRecordCipher(CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
        : base(suite, iv, numberKey)
    {
        _key = (byte*)NativeMemory.Alloc(KeyLength);
        key.CopyTo(new Span<byte>(_key, KeyLength));

        // The lengths of nonce and tag decide about the mode's own blocks, so they come before the key.
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_CipherInit_ex(Aead, EvpAlgorithms.Aead(suite), 0, null, null, 1));
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_CIPHER_CTX_ctrl(Aead, LibCrypto.ControlSetIvLength, CipherSuites.NonceLength, null));
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_CIPHER_CTX_ctrl(Aead, LibCrypto.ControlSetTag, CipherSuites.TagLength, null));
    }

    public override void Seal(
        ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
    {
        ObjectDisposedException.ThrowIf(Aead == 0, this);
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
                && LibCrypto.EVP_CIPHER_CTX_ctrl(Aead, LibCrypto.ControlGetTag, CipherSuites.TagLength, inner + innerLength) == 1
                && MaskNumber(wire, header);
        }

        GC.KeepAlive(this);
        if (!isSealed)
            FailSeal(record);
    }

    public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext)
    {
        ObjectDisposedException.ThrowIf(Aead == 0, this);
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
                && LibCrypto.EVP_CIPHER_CTX_ctrl(Aead, LibCrypto.ControlSetTag, CipherSuites.TagLength, body + innerLength) == 1
                && Process(additional, header.Length, body, innerLength);
        }

        GC.KeepAlive(this);
        if (!isOpened)
            ForgetOpened(ciphertext[..innerLength]);
        return isOpened;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Free(ref _key, KeyLength);
    }

    private bool SetNonce(byte* nonce, int encrypt)
    {
        if (_direction == encrypt)
            return LibCrypto.CipherSetIv(Aead, 0, 0, null, nonce, encrypt) == 1;
        bool isSet = LibCrypto.EVP_CipherInit_ex(Aead, 0, 0, _key, nonce, encrypt) == 1;
        _direction = isSet ? encrypt : NoDirection;
        return isSet;
    }

    /// <summary>Length, additional data, and the text in place; opening, this is where a wrong tag shows.</summary>
    private bool Process(byte* additional, int additionalLength, byte* text, int length) =>
        Update(null, null, length, out _)
        && (additionalLength == 0 || Update(null, additional, additionalLength, out _))
        && Update(text, text, length, out _);
}
