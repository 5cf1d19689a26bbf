using System;
using System.Collections.Generic;

namespace Sockets.Dtls.Crypto;

/// <summary>
/// A source of cryptography: immutable, thread-safe, shared by any number of connections. It makes per-epoch and
/// per-handshake objects that own their keys.
/// </summary>
public abstract class CryptoProvider
{
    /// <summary>Short name for diagnostics, such as <c>OpenSSL 3.0.19</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Suites this provider can run, the preferred one first.</summary>
    public abstract IReadOnlyList<CipherSuite> CipherSuites { get; }

    /// <summary>Further suites it can run, which are offered or taken only where <see cref="DtlsConfig.CipherSuites"/> names them.</summary>
    public virtual IReadOnlyList<CipherSuite> CipherSuitesByChoice => [];

    /// <summary>Groups this provider can run, the preferred one first.</summary>
    public abstract IReadOnlyList<NamedGroup> Groups { get; }

    /// <summary>Schemes this provider can verify, the preferred one first.</summary>
    public abstract IReadOnlyList<SignatureScheme> SignatureSchemes { get; }

    /// <summary>Makes the protection of one direction of one epoch. The spans are copied.</summary>
    /// <param name="suite">One of <see cref="CipherSuites"/> or <see cref="CipherSuitesByChoice"/>.</param>
    /// <param name="key">AEAD key, <see cref="Crypto.CipherSuites.KeyLength"/> bytes.</param>
    /// <param name="iv">Static IV, 12 bytes.</param>
    /// <param name="numberKey">Record-number key (sn_key), as long as <paramref name="key"/>.</param>
    public abstract RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey);

    /// <summary>Makes a fresh key pair in <paramref name="group"/>.</summary>
    public abstract KeyExchange CreateKeyExchange(NamedGroup group);

    /// <summary>
    /// Makes what a server answers a client's share in <paramref name="group"/> with. Another thing than a key pair only where
    /// the group has key encapsulation.
    /// </summary>
    public virtual KeyExchange CreateKeyExchangeResponse(NamedGroup group) => CreateKeyExchange(group);

    /// <summary>Starts a hash.</summary>
    public abstract TranscriptHash CreateTranscriptHash(HashKind hash);

    /// <summary>HMAC (RFC 2104). <paramref name="destination"/> takes exactly the hash length.</summary>
    public abstract void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination);

    /// <summary>HKDF-Extract (RFC 5869 §2.2). <paramref name="destination"/> takes exactly the hash length.</summary>
    public virtual void HkdfExtract(HashKind hash, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> inputKey, Span<byte> destination) =>
        Hmac(hash, salt, inputKey, destination);

    /// <summary>HKDF-Expand (RFC 5869 §2.3).</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="key">Pseudo-random key of the hash length.</param>
    /// <param name="info">Context, 400 bytes at most.</param>
    /// <param name="destination">Output, 255 hash lengths at most.</param>
    public abstract void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination);

    /// <summary>
    /// Verifies a handshake signature. False for a wrong signature, a key that does not fit the scheme, and anything
    /// malformed. Never throws for bad input.
    /// </summary>
    /// <param name="scheme">One of <see cref="SignatureSchemes"/>.</param>
    /// <param name="subjectPublicKeyInfo">The signer's key, DER.</param>
    /// <param name="data">The signed content (not a hash).</param>
    /// <param name="signature">The signature; ECDSA in DER.</param>
    public abstract bool VerifySignature(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>Takes a private key from PKCS#8 DER (unencrypted).</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The key is malformed or of a kind this provider lacks.</exception>
    public abstract DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8);

    /// <summary>Fills with cryptographically strong random bytes. Tests override it with a seed.</summary>
    public abstract void FillRandom(Span<byte> destination);
}
