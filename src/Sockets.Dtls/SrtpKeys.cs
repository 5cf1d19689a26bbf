using System;
using System.Security.Cryptography;

namespace Sockets.Dtls;

/// <summary>
/// The master keys and salts of SRTP that a handshake with use_srtp gives both sides (RFC 5764 §4.2). Zeroed on dispose.
/// </summary>
public sealed class SrtpKeys : IDisposable
{
    /// <summary>What the keying material is derived with.</summary>
    internal static ReadOnlySpan<byte> Label => "EXTRACTOR-dtls_srtp"u8;

    private readonly byte[] _material;
    private readonly int _keyLength;
    private readonly int _saltLength;

    internal SrtpKeys(SrtpProtectionProfile profile)
    {
        Profile = profile;
        (_keyLength, _saltLength) = Lengths(profile);
        _material = GC.AllocateArray<byte>(2 * (_keyLength + _saltLength), pinned: true);
    }

    /// <summary>The profile they are for.</summary>
    public SrtpProtectionProfile Profile { get; }

    /// <summary>Master key of what the client sends.</summary>
    public ReadOnlySpan<byte> ClientKey => _material.AsSpan(0, _keyLength);

    /// <summary>Master key of what the server sends.</summary>
    public ReadOnlySpan<byte> ServerKey => _material.AsSpan(_keyLength, _keyLength);

    /// <summary>Master salt of what the client sends.</summary>
    public ReadOnlySpan<byte> ClientSalt => _material.AsSpan(2 * _keyLength, _saltLength);

    /// <summary>Master salt of what the server sends.</summary>
    public ReadOnlySpan<byte> ServerSalt => _material.AsSpan((2 * _keyLength) + _saltLength, _saltLength);

    /// <summary>All four, in the order of the RFC: keys of client and server, salts of client and server.</summary>
    internal Span<byte> Material => _material;

    /// <summary>Zeroes them.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_material);

    private static (int Key, int Salt) Lengths(SrtpProtectionProfile profile) => profile switch
    {
        SrtpProtectionProfile.Aes128CmHmacSha1Tag80 or SrtpProtectionProfile.Aes128CmHmacSha1Tag32 => (16, 14),
        SrtpProtectionProfile.AeadAes128Gcm => (16, 12),
        SrtpProtectionProfile.AeadAes256Gcm => (32, 12),
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "Not an SRTP profile of this library."),
    };
}
