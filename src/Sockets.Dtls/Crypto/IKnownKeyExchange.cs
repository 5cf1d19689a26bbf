using System;

namespace Sockets.Dtls.Crypto;

/// <summary>What known-answer tests need of a provider and nobody else: a key exchange with a given private key.</summary>
internal interface IKnownKeyExchange
{
    /// <summary>Makes the key pair of a private key.</summary>
    /// <param name="group">The group.</param>
    /// <param name="privateKey">The scalar: 32 bytes, or 48 for P-384. For X25519MLKEM768 the 64 bytes of ML-KEM's seed before X25519's.</param>
    KeyExchange ImportKeyExchange(NamedGroup group, ReadOnlySpan<byte> privateKey);
}
