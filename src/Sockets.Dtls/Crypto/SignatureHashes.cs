using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto;

/// <summary>The hash of each signature scheme (RFC 8446 §4.2.3), by the platform's names.</summary>
internal static class SignatureHashes
{
    /// <summary>The hash that the scheme names; Ed25519 names none.</summary>
    public static HashAlgorithmName Of(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.EcdsaSecp256r1Sha256 or SignatureScheme.RsaPssRsaeSha256 => HashAlgorithmName.SHA256,
        SignatureScheme.EcdsaSecp384r1Sha384 or SignatureScheme.RsaPssRsaeSha384 => HashAlgorithmName.SHA384,
        SignatureScheme.RsaPssRsaeSha512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "The scheme names no hash."),
    };
}
