using System;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>One face for AesGcm, AesCcm and ChaCha20Poly1305, which have no common base.</summary>
internal abstract class PlatformAead : IDisposable
{
    /// <summary>Encrypts; source and destination are the same or do not overlap.</summary>
    public abstract void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> source, Span<byte> destination, Span<byte> tag, ReadOnlySpan<byte> additional);

    /// <summary>Decrypts in place.</summary>
    /// <exception cref="System.Security.Cryptography.AuthenticationTagMismatchException">The tag does not match.</exception>
    public abstract void Decrypt(ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> additional);

    /// <summary>Frees the key.</summary>
    public abstract void Dispose();
}
