namespace Sockets.Dtls.Crypto;

/// <summary>The hash of a cipher suite: transcript, HMAC and HKDF all use it.</summary>
public enum HashKind : byte
{
    /// <summary>SHA-256, 32 bytes.</summary>
    Sha256,

    /// <summary>SHA-384, 48 bytes.</summary>
    Sha384,
}
