using System;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// What all key exchanges of one group and thread share, since libcrypto takes 1 to 5 µs to look up each of
/// it: a context that makes key pairs, and a place for the peer's public key.
/// </summary>
internal sealed unsafe class EvpGroup
{
    [ThreadStatic]
    private static EvpGroup? t_x25519;

    [ThreadStatic]
    private static EvpGroup? t_p256;

    [ThreadStatic]
    private static EvpGroup? t_p384;

    private readonly nint _generator;
    private readonly nint _peer;

    private EvpGroup(NamedGroup group)
    {
        bool isCurve = group != NamedGroup.X25519;
        _generator = OpenSslError.ThrowIfNull(LibCrypto.EVP_PKEY_CTX_new_from_name(0, isCurve ? "EC" : "X25519", null));
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_PKEY_keygen_init(_generator));
        if (isCurve)
        {
            OpenSslError.ThrowIfFailed(
                LibCrypto.EVP_PKEY_CTX_set_group_name(_generator, group == NamedGroup.Secp384r1 ? "P-384" : "P-256"));
        }

        // A key of ours that gives way to the first peer's.
        _peer = GenerateKey();
    }

    ~EvpGroup()
    {
        LibCrypto.EVP_PKEY_CTX_free(_generator);
        LibCrypto.EVP_PKEY_free(_peer);
    }

    /// <summary>The key that <see cref="TrySetPeer"/> has set.</summary>
    public nint Peer => _peer;

    /// <summary>The instance of this thread.</summary>
    public static EvpGroup Get(NamedGroup group) => group switch
    {
        NamedGroup.X25519 => t_x25519 ??= new EvpGroup(group),
        NamedGroup.Secp256r1 => t_p256 ??= new EvpGroup(group),
        _ => t_p384 ??= new EvpGroup(group),
    };

    /// <summary>Makes a key pair, which the caller owns.</summary>
    public nint GenerateKey()
    {
        nint key = 0;
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_PKEY_keygen(_generator, &key));
        GC.KeepAlive(this);
        return key;
    }

    /// <summary>Takes a peer's public key; false when it is none. It is good until the next one.</summary>
    public bool TrySetPeer(ReadOnlySpan<byte> encoded)
    {
        fixed (byte* bytes = encoded)
            return LibCrypto.EVP_PKEY_set1_encoded_public_key(_peer, bytes, (nuint)encoded.Length) == 1;
    }
}
