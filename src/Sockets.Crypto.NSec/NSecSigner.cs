using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using NSec.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Crypto.NSec;

/// <summary>An Ed25519 private key in memory that libsodium guards. Safe to use from several threads.</summary>
internal sealed class NSecSigner : DtlsSigner
{
    private static readonly SignatureScheme[] s_schemes = [SignatureScheme.Ed25519];

    private readonly Key _key;
    private volatile bool _disposed;

    private NSecSigner(Key key) => _key = key;

    public override IReadOnlyList<SignatureScheme> Schemes => s_schemes;

    /// <summary>See <see cref="CryptoProvider.ImportPrivateKey"/>.</summary>
    public static NSecSigner Import(ReadOnlySpan<byte> pkcs8)
    {
        return KeyEncoding.TryGetEd25519Key(pkcs8, out ReadOnlySpan<byte> privateKey)
            && Key.TryImport(SignatureAlgorithm.Ed25519, privateKey, KeyBlobFormat.RawPrivateKey, out Key? key)
            && key is not null
            ? new NSecSigner(key)
            : throw new CryptographicException("The PKCS#8 private key is malformed.");
    }

    public override byte[] Sign(SignatureScheme scheme, ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return scheme == SignatureScheme.Ed25519
            ? SignatureAlgorithm.Ed25519.Sign(_key, data)
            : throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "The key does not sign under this scheme.");
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        if (disposing)
            _key.Dispose();
    }
}
