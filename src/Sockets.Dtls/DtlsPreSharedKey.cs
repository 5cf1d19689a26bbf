using System;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;

namespace Sockets.Dtls;

/// <summary>
/// A key that both ends were given beforehand, by other means than this protocol (RFC 8446 §2.2, RFC 9257). It authenticates
/// both ends to each other, so it must be known to these two and to nobody else, and have been made at random: with a guessable
/// one, such as a password, whoever has recorded a handshake can try guesses in private.
/// </summary>
public sealed partial class DtlsPreSharedKey : IDisposable
{
    /// <summary>Shorter ones can be tried out.</summary>
    private const int MinKeyLength = 16;

    private readonly byte[] _identity;
    private readonly byte[] _secret;
    private bool _isDisposed;

    /// <summary>A copy of a key under its name.</summary>
    /// <param name="identity">The name that goes over the network, in clear: 1 to 65,000 bytes.</param>
    /// <param name="key">The key: 16 bytes or more.</param>
    /// <param name="hash">The hash it is used with; suites with the other one are of no use to it.</param>
    public DtlsPreSharedKey(ReadOnlySpan<byte> identity, ReadOnlySpan<byte> key, HashKind hash = HashKind.Sha256)
    {
        if (identity.Length is 0 or > 65_000)
            throw new ArgumentException("The identity of a pre-shared key has 1 to 65000 bytes.", nameof(identity));
        if (key.Length is < MinKeyLength or > 1024)
            throw new ArgumentException($"A pre-shared key has {MinKeyLength} to 1024 bytes.", nameof(key));
        _identity = identity.ToArray();
        _secret = GC.AllocateArray<byte>(key.Length, pinned: true);
        key.CopyTo(_secret);
        Hash = hash;
    }

    /// <summary>The name that goes over the network.</summary>
    public ReadOnlyMemory<byte> Identity => _identity;

    /// <summary>The hash it is used with.</summary>
    public HashKind Hash { get; }

    /// <summary>Whether it was derived for this protocol by <see cref="Import"/>.</summary>
    public bool IsImported => Kind == PskKind.Imported;

    internal PskKind Kind { get; private init; } = PskKind.External;

    internal ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Whether the key is there still.</summary>
    internal bool IsUsable => !_isDisposed;

    /// <summary>Zeroes the key. Configurations that hold it are of no more use.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_secret);
    }
}
