using System;
using System.Security.Cryptography;
using System.Threading;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls;

/// <summary>
/// Seals the state of connections that are saved (<see cref="DtlsConnection.TrySave"/>) and opens it where they are restored:
/// AES-256-GCM with a key of its own for each state, made from one that you keep. Safe from any thread.
/// </summary>
/// <remarks>
/// <para>A state holds the keys of a connection. Whoever has it and the key can read and forge its records, so keep the two
/// apart, and zero the key when no state needs it any more.</para>
/// <para>A state is restored once: <see cref="Restored"/> sees to it. A <see cref="DtlsReplayRecord"/>, which lives in this process's
/// memory, does for states that stay in it, and refuses those that were saved before it was made. Where states outlive the process,
/// the record must do so too, and have written an identifier down before it says yes.</para>
/// </remarks>
public sealed class DtlsStateProtector : IDisposable
{
    /// <summary>Bytes of the key.</summary>
    public const int KeyLength = 32;

    // purpose and version, salt, the sealed state, tag
    private const int SaltLength = 32;
    private const int TagLength = 16;
    private const int NonceLength = 12;

    private readonly Lock _gate = new();
    private readonly CryptoProvider _crypto;
    private readonly byte[] _key = GC.AllocateArray<byte>(KeyLength, pinned: true);
    private bool _isDisposed;

    /// <param name="crypto">Where randomness and key derivation come from.</param>
    /// <param name="key">32 random bytes.</param>
    /// <param name="restored">Remembers what was restored, so that nothing is restored twice.</param>
    public DtlsStateProtector(CryptoProvider crypto, ReadOnlySpan<byte> key, IDtlsReplayRecord restored)
    {
        ArgumentNullException.ThrowIfNull(crypto);
        ArgumentNullException.ThrowIfNull(restored);
        if (key.Length != KeyLength)
            throw new ArgumentException($"The key of saved states has {KeyLength} bytes.", nameof(key));
        _crypto = crypto;
        key.CopyTo(_key);
        Restored = restored;
    }

    /// <summary>Remembers what was restored, so that nothing is restored twice.</summary>
    public IDtlsReplayRecord Restored { get; }

    /// <summary>How long a state that is saved can be restored. Default: 10 minutes; more than zero, 7 days at most.</summary>
    public TimeSpan Lifetime
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, DtlsTicket.MaxLifetime);
            field = value;
        }
    }

    = TimeSpan.FromMinutes(10);

    // Says what the bytes are for and in which form; part of what is authenticated.
    private static ReadOnlySpan<byte> Purpose => "dtls association 2"u8;

    private static int HeaderLength => Purpose.Length + SaltLength;

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            CryptographicOperations.ZeroMemory(_key);
        }
    }

    internal byte[] Seal(ReadOnlySpan<byte> state)
    {
        byte[] blob = new byte[HeaderLength + state.Length + TagLength];
        Span<byte> header = blob.AsSpan(0, HeaderLength);
        Purpose.CopyTo(header);
        _crypto.FillRandom(header[Purpose.Length..]);
        Span<byte> material = stackalloc byte[KeyLength + NonceLength];
        ObjectDisposedException.ThrowIf(!TryDerive(header, material), this);
        using var cipher = new AesGcm(material[..KeyLength], TagLength);
        cipher.Encrypt(material[KeyLength..], state, blob.AsSpan(HeaderLength, state.Length), blob.AsSpan(HeaderLength + state.Length), header);
        CryptographicOperations.ZeroMemory(material);
        return blob;
    }

    /// <returns>The state, pinned, which the caller zeroes; null when it is none of ours.</returns>
    internal byte[]? Open(ReadOnlySpan<byte> blob)
    {
        if (blob.Length <= HeaderLength + TagLength || !blob.StartsWith(Purpose))
            return null;
        Span<byte> material = stackalloc byte[KeyLength + NonceLength];
        if (!TryDerive(blob[..HeaderLength], material))
            return null;
        byte[]? state = GC.AllocateArray<byte>(blob.Length - HeaderLength - TagLength, pinned: true);
        using var cipher = new AesGcm(material[..KeyLength], TagLength);
        try
        {
            cipher.Decrypt(material[KeyLength..], blob[HeaderLength..^TagLength], blob[^TagLength..], state, blob[..HeaderLength]);
        }
        catch (AuthenticationTagMismatchException)
        {
            state = null;
        }

        CryptographicOperations.ZeroMemory(material);
        return state;
    }

    /// <summary>Key and nonce of one state: purpose, version and salt go into them, so that no other use of the key shares them.</summary>
    private bool TryDerive(ReadOnlySpan<byte> header, Span<byte> material)
    {
        lock (_gate)
        {
            if (!_isDisposed)
                _crypto.HkdfExpand(HashKind.Sha256, _key, header, material);
            return !_isDisposed;
        }
    }
}
