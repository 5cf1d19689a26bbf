using System;

namespace Sockets.Dtls.Crypto;

/// <summary>One ephemeral key pair of one handshake. Owns the private key and zeroes it on dispose.</summary>
public abstract class KeyExchange : IDisposable
{
    /// <summary>The group of the key pair.</summary>
    public abstract NamedGroup Group { get; }

    /// <summary>
    /// The public key in the form of a KeyShareEntry (RFC 8446 §4.2.8). A response to a key encapsulation has none before
    /// <see cref="TryDeriveSecret"/> has seen the peer's.
    /// </summary>
    public abstract ReadOnlySpan<byte> PublicKey { get; }

    /// <summary>Length in bytes of the shared secret.</summary>
    public abstract int SecretLength { get; }

    /// <summary>
    /// Derives the shared secret. False when the peer's key has the wrong length, is not a point of the curve, or
    /// gives the all-zero X25519 secret (RFC 8446 §7.4.2), or is not an ML-KEM key (FIPS 203 §7.2). Never throws for bad input.
    /// </summary>
    /// <param name="peerPublicKey">The peer's key as received.</param>
    /// <param name="secret">Exactly <see cref="SecretLength"/> bytes.</param>
    public abstract bool TryDeriveSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroes and frees the private key. Called once or more.</summary>
    protected abstract void Dispose(bool disposing);
}
