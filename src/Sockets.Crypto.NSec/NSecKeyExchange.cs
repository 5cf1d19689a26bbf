using System;
using System.Security.Cryptography;
using NSec.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Crypto.NSec;

/// <summary>One ephemeral X25519 key pair.</summary>
internal sealed class NSecKeyExchange : KeyExchange
{
    private readonly Key _key;
    private readonly byte[] _publicKey;

    /// <param name="key">The pair; owned from here on.</param>
    public NSecKeyExchange(Key key)
    {
        _key = key;
        _publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    public override NamedGroup Group => NamedGroup.X25519;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override int SecretLength => KeyAgreementAlgorithm.X25519.SharedSecretSize;

    public override bool TryDeriveSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        X25519 algorithm = KeyAgreementAlgorithm.X25519;
        if (secret.Length != algorithm.SharedSecretSize)
            throw new ArgumentException("The secret takes exactly the secret length.", nameof(secret));
        if (!global::NSec.Cryptography.PublicKey.TryImport(algorithm, peerPublicKey, KeyBlobFormat.RawPublicKey, out PublicKey? peer) || peer is null)
            return false;

        // RFC 8446 §7.4.2: there is none when it would be all zeros.
        using SharedSecret? agreed =
            algorithm.Agree(_key, peer, new SharedSecretCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        if (agreed is not null && agreed.TryExport(SharedSecretBlobFormat.RawSharedSecret, secret, out _))
            return true;
        CryptographicOperations.ZeroMemory(secret);
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        // On the finalizer's path the key finalizes itself.
        if (disposing)
            _key.Dispose();
    }
}
