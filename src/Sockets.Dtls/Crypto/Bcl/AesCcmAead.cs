using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>AES-CCM of the platform, which makes a context for each record: it allocates.</summary>
internal sealed class AesCcmAead : PlatformAead
{
    private readonly AesCcm _aead;

    public AesCcmAead(ReadOnlySpan<byte> key) => _aead = new AesCcm(key);

    public override void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> source, Span<byte> destination, Span<byte> tag, ReadOnlySpan<byte> additional) =>
        _aead.Encrypt(nonce, source, destination, tag, additional);

    public override void Decrypt(ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> additional) =>
        _aead.Decrypt(nonce, data, tag, data, additional);

    public override void Dispose() => _aead.Dispose();
}
