using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <summary>
/// What the connection IDs are made of that an endpoint issues: the numbers of the node and of the shard that it is, so that a
/// datagram which reaches another one can be passed on, and random bits. All have one length, since the wire does not tell it.
/// </summary>
/// <remarks>
/// The numbers are not secret: whoever sees a datagram can read them. The random part comes from the provider's generator, so
/// that two connection IDs of one connection cannot be told to belong together, beyond their node and shard.
/// </remarks>
public sealed record DtlsConnectionIdLayout
{
    /// <summary>The longest connection ID that is issued, in bytes.</summary>
    public const int MaxLength = 20;

    // Without these nobody could guess, and nothing would collide.
    private const int MinRandomBytes = 8;
    private const int MaxNumberBits = 32;

    /// <summary>Bytes of every connection ID.</summary>
    public int Length { get; init; } = 12;

    /// <summary>Bits of the node number; 0: there is none.</summary>
    public int NodeBits { get; init; }

    /// <summary>Bits of the shard number; 0: there is none.</summary>
    public int ShardBits { get; init; }

    /// <summary>The number of this process or machine.</summary>
    public int Node { get; init; }

    /// <summary>The number of this endpoint among those of the node.</summary>
    public int Shard { get; init; }

    private int PrefixBits => NodeBits + ShardBits;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">Names the setting and what it accepts.</exception>
    public void Validate()
    {
        Require(NodeBits is >= 0 and <= 24, nameof(NodeBits), "0 to 24");
        Require(ShardBits is >= 0 and <= 24 && PrefixBits <= MaxNumberBits, nameof(ShardBits), "0 to 24, 32 at most together with NodeBits");
        int shortest = PrefixBits == 0 ? 1 : ((PrefixBits + 7) / 8) + MinRandomBytes;
        Require(Length >= shortest && Length <= MaxLength, nameof(Length), PrefixBits == 0 ? "1 to 20 bytes" : $"{shortest} to 20 bytes, 8 of them random");
        Require(Node >= 0 && Node < 1L << NodeBits, nameof(Node), "less than 2^NodeBits");
        Require(Shard >= 0 && Shard < 1L << ShardBits, nameof(Shard), "less than 2^ShardBits");
    }

    /// <summary>Reads node and shard from a connection ID of this layout, whoever issued it.</summary>
    /// <param name="connectionId">The connection ID.</param>
    /// <param name="owner">What it says.</param>
    /// <returns>False when it does not have this layout's length.</returns>
    public bool TryReadOwner(ReadOnlySpan<byte> connectionId, out DtlsConnectionIdOwner owner)
    {
        owner = default;
        if (connectionId.Length != Length)
            return false;
        ulong prefix = ReadPrefix(connectionId);
        owner = new DtlsConnectionIdOwner((int)(prefix >> ShardBits), (int)(prefix & ((1UL << ShardBits) - 1)));
        return true;
    }

    /// <summary>Reads node and shard from the first record of a datagram.</summary>
    /// <param name="datagram">The datagram; not changed.</param>
    /// <param name="owner">What its connection ID says.</param>
    /// <returns>False when it does not begin with a protected record that has a connection ID.</returns>
    public bool TryReadDatagramOwner(ReadOnlySpan<byte> datagram, out DtlsConnectionIdOwner owner)
    {
        owner = default;
        return UnifiedHeader.TryReadConnectionId(datagram, Length, out ReadOnlySpan<byte> connectionId)
            && TryReadOwner(connectionId, out owner);
    }

    /// <summary>Makes a connection ID.</summary>
    internal void Fill(CryptoProvider crypto, Span<byte> destination)
    {
        crypto.FillRandom(destination);
        if (PrefixBits == 0)
            return;
        ulong prefix = ((ulong)(uint)Node << ShardBits) | (uint)Shard;
        int bytes = (PrefixBits + 7) / 8;
        int spare = (8 * bytes) - PrefixBits;
        ulong value = (prefix << spare) | (destination[bytes - 1] & ((1UL << spare) - 1));
        for (int i = bytes - 1; i >= 0; i--, value >>= 8)
            destination[i] = (byte)value;
    }

    private ulong ReadPrefix(ReadOnlySpan<byte> connectionId)
    {
        int bytes = (PrefixBits + 7) / 8;
        ulong value = 0;
        foreach (byte part in connectionId[..bytes])
            value = (value << 8) | part;
        return value >> ((8 * bytes) - PrefixBits);
    }

    private static void Require(bool condition, string setting, string accepted)
    {
        if (!condition)
            throw new ArgumentException($"DtlsConnectionIdLayout.{setting} must be {accepted}.", setting);
    }
}
