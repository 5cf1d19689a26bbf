using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>AES-GCM of the platform.</summary>
internal sealed class AesGcmAead : PlatformAead
{
    private readonly AesGcm _aead;

    public AesGcmAead(ReadOnlySpan<byte> key) => _aead = new AesGcm(key, Crypto.CipherSuites.TagLength);

    public override void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> source, Span<byte> destination, Span<byte> tag, ReadOnlySpan<byte> additional) =>
        _aead.Encrypt(nonce, source, destination, tag, additional);

    public override void Decrypt(ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> additional) =>
        _aead.Decrypt(nonce, data, tag, data, additional);

    public override void Dispose() => _aead.Dispose();
}
