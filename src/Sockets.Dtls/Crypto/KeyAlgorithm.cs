namespace Sockets.Dtls.Crypto;

/// <summary>Kinds of long-term key that a handshake signature can come from.</summary>
internal enum KeyAlgorithm : byte
{
    /// <summary>Malformed, or of a kind that no signature scheme of this library uses.</summary>
    Unknown,

    /// <summary>EC on P-256.</summary>
    EcP256,

    /// <summary>EC on P-384.</summary>
    EcP384,

    /// <summary>RSA under the rsaEncryption identifier (never id-RSASSA-PSS).</summary>
    Rsa,

    /// <summary>Ed25519.</summary>
    Ed25519,
}
