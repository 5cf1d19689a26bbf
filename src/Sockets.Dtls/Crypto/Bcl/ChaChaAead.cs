using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>ChaCha20-Poly1305 of the platform.</summary>
internal sealed class ChaChaAead : PlatformAead
{
    private readonly ChaCha20Poly1305 _aead;

    public ChaChaAead(ReadOnlySpan<byte> key) => _aead = new ChaCha20Poly1305(key);

    public override void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> source, Span<byte> destination, Span<byte> tag, ReadOnlySpan<byte> additional) =>
        _aead.Encrypt(nonce, source, destination, tag, additional);

    public override void Decrypt(ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> additional) =>
        _aead.Decrypt(nonce, data, tag, data, additional);

    public override void Dispose() => _aead.Dispose();
}
