using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>One ephemeral key pair as an EVP_PKEY.</summary>
internal sealed unsafe class OpenSslKeyExchange : KeyExchange
{
    private const int MaxPublicKeyLength = 97;

    private readonly NamedGroup _group;
    private readonly int _secretLength;
    private readonly EvpKeyHandle _key;
    private readonly byte[] _publicKey;

    private OpenSslKeyExchange(NamedGroup group, EvpKeyHandle key)
    {
        _group = group;
        _secretLength = group == NamedGroup.Secp384r1 ? 48 : 32;
        _key = key;
        _publicKey = ReadPublicKey(group, key);
    }

    public override NamedGroup Group => _group;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override int SecretLength => _secretLength;

    /// <summary>Makes a fresh pair.</summary>
    public static OpenSslKeyExchange Generate(NamedGroup group) => Own(group, new EvpKeyHandle(GenerateKey(group)));

    /// <summary>Takes a known private key: for known answers only.</summary>
    public static OpenSslKeyExchange Import(NamedGroup group, ReadOnlySpan<byte> privateKey)
    {
        byte[] info = KeyEncoding.WrapPrivateKey(group, privateKey);
        try
        {
            fixed (byte* start = info)
            {
                byte* cursor = start;
                return Own(group, new EvpKeyHandle(
                    OpenSslError.ThrowIfNull(LibCrypto.d2i_AutoPrivateKey(0, &cursor, new(info.Length)))));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(info);
        }
    }

    public override bool TryDeriveSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        ObjectDisposedException.ThrowIf(_key.IsClosed, this);
        if (secret.Length != _secretLength)
            throw new ArgumentException("The secret takes exactly the secret length.", nameof(secret));

        // RFC 8446 §4.2.8.2: uncompressed points only.
        if (peerPublicKey.Length != _publicKey.Length || (_group != NamedGroup.X25519 && peerPublicKey[0] != 0x04))
            return false;

        bool derived = Derive(peerPublicKey, secret);

        // RFC 8446 §7.4.2: an all-zero X25519 secret comes from a point of small order.
        if (derived && _group == NamedGroup.X25519)
        {
            byte all = 0;
            foreach (byte b in secret)
                all |= b;
            derived = all != 0;
        }

        if (!derived)
        {
            CryptographicOperations.ZeroMemory(secret);
            LibCrypto.ERR_clear_error();
        }

        return derived;
    }

    protected override void Dispose(bool disposing)
    {
        // On the finalizer's path the handle finalizes itself.
        if (disposing)
            _key.Dispose();
    }

    private static OpenSslKeyExchange Own(NamedGroup group, EvpKeyHandle key)
    {
        try
        {
            return new OpenSslKeyExchange(group, key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static nint GenerateKey(NamedGroup group)
    {
        bool montgomery = group == NamedGroup.X25519;
        nint context = OpenSslError.ThrowIfNull(
            LibCrypto.EVP_PKEY_CTX_new_from_name(0, montgomery ? "X25519" : "EC", null));
        try
        {
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_PKEY_keygen_init(context));
            if (!montgomery)
            {
                OpenSslError.ThrowIfFailed(
                    LibCrypto.EVP_PKEY_CTX_set_group_name(context, group == NamedGroup.Secp384r1 ? "P-384" : "P-256"));
            }

            nint key = 0;
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_PKEY_keygen(context, &key));
            return key;
        }
        finally
        {
            LibCrypto.EVP_PKEY_CTX_free(context);
        }
    }

    private static byte[] ReadPublicKey(NamedGroup group, EvpKeyHandle key)
    {
        int expected = group switch
        {
            NamedGroup.X25519 => 32,
            NamedGroup.Secp256r1 => 65,
            _ => MaxPublicKeyLength,
        };
        byte* encoded = stackalloc byte[MaxPublicKeyLength];
        nuint length = 0;
        OpenSslError.ThrowIfFailed(
            LibCrypto.EVP_PKEY_get_octet_string_param(key, "encoded-pub-key", encoded, MaxPublicKeyLength, &length));
        return (int)length == expected
            ? new ReadOnlySpan<byte>(encoded, expected).ToArray()
            : throw new CryptographicException("OpenSSL: the public key has an unexpected length.");
    }

    private bool Derive(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        using EvpKeyHandle peer = ImportPeer(peerPublicKey);
        if (peer.IsInvalid)
            return false;

        nint context = LibCrypto.EVP_PKEY_CTX_new(_key, 0);
        nuint length = (nuint)secret.Length;
        fixed (byte* output = secret)
        {
            // Importing checked that the point is on the curve, and the cofactor is 1: no further check is needed.
            bool done = context != 0
                && LibCrypto.EVP_PKEY_derive_init(context) == 1
                && LibCrypto.EVP_PKEY_derive_set_peer_ex(context, peer, 0) == 1
                && LibCrypto.EVP_PKEY_derive(context, output, &length) == 1
                && length == (nuint)secret.Length;
            LibCrypto.EVP_PKEY_CTX_free(context);
            return done;
        }
    }

    private EvpKeyHandle ImportPeer(ReadOnlySpan<byte> encoded)
    {
        fixed (byte* bytes = encoded)
        {
            if (_group == NamedGroup.X25519)
                return new EvpKeyHandle(LibCrypto.EVP_PKEY_new_raw_public_key_ex(0, "X25519", null, bytes, (nuint)encoded.Length));

            EvpKeyHandle peer = new(LibCrypto.EVP_PKEY_new());
            if (!peer.IsInvalid
                && (LibCrypto.EVP_PKEY_copy_parameters(peer, _key) != 1
                    || LibCrypto.EVP_PKEY_set1_encoded_public_key(peer, bytes, (nuint)encoded.Length) != 1))
            {
                peer.Dispose();
                return new EvpKeyHandle(0);
            }

            return peer;
        }
    }
}
