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
    public static OpenSslKeyExchange Generate(NamedGroup group) => Own(group, new EvpKeyHandle(EvpGroup.Get(group).GenerateKey()));

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
        EvpGroup group = EvpGroup.Get(_group);
        nint context = 0;
        nuint length = (nuint)secret.Length;
        fixed (byte* output = secret)
        {
            // Taking the peer's key checks that the point is on the curve, and the cofactor is 1: no further check is needed.
            bool done = group.TrySetPeer(peerPublicKey)
                && (context = LibCrypto.EVP_PKEY_CTX_new(_key, 0)) != 0
                && LibCrypto.EVP_PKEY_derive_init(context) == 1
                && LibCrypto.EVP_PKEY_derive_set_peer_ex(context, group.Peer, 0) == 1
                && LibCrypto.EVP_PKEY_derive(context, output, &length) == 1
                && length == (nuint)secret.Length;
            LibCrypto.EVP_PKEY_CTX_free(context);
            return done;
        }
    }
}
