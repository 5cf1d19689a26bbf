using System;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>AES-GCM and ChaCha20-Poly1305 records: a record changes only the IV of the context.</summary>
internal sealed unsafe class OpenSslRecordCipher : OpenSslCipher
{
    private const int BlockLength = 16;

    public OpenSslRecordCipher(CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
        : base(suite, iv, numberKey)
    {
        fixed (byte* keyBytes = key)
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_CipherInit_ex(Aead, EvpAlgorithms.Aead(suite), 0, keyBytes, null, 1));
    }

    public override void Seal(
        ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record)
    {
        ObjectDisposedException.ThrowIf(Aead == 0, this);
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
                    ? Process(inner, inner, innerLength)
                    : Process(inner, content, plaintext.Length) && Process(inner + plaintext.Length, inner + plaintext.Length, tail.Length))
                && Finish(inner + innerLength)
                && LibCrypto.EVP_CIPHER_CTX_ctrl(Aead, LibCrypto.ControlGetTag, CipherSuites.TagLength, inner + innerLength) == 1
                && MaskNumber(wire, header);
        }

        GC.KeepAlive(this);
        if (!sealedRecord)
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
        byte* rest = stackalloc byte[BlockLength];
        bool opened;
        fixed (byte* additional = header)
        fixed (byte* body = ciphertext)
        {
            opened =
                Begin(nonce, encrypt: 0, additional, header.Length)
                && (innerLength == 0 || Process(body, body, innerLength))
                && LibCrypto.EVP_CIPHER_CTX_ctrl(Aead, LibCrypto.ControlSetTag, CipherSuites.TagLength, body + innerLength) == 1
                && Finish(rest);
        }

        GC.KeepAlive(this);
        if (!opened)
            ForgetOpened(ciphertext[..innerLength]);
        return opened;
    }

    private bool Begin(byte* nonce, int encrypt, byte* additional, int additionalLength) =>
        LibCrypto.CipherSetIv(Aead, 0, 0, null, nonce, encrypt) == 1
        && (additionalLength == 0 || Update(null, additional, additionalLength, out _));

    private bool Process(byte* output, byte* input, int length) => Update(output, input, length, out int written) && written == length;

    private bool Finish(byte* output)
    {
        int written;
        return LibCrypto.EVP_CipherFinal_ex(Aead, output, &written) == 1;
    }
}
