using System;
using System.Runtime.InteropServices;

namespace Sockets.Dtls.Records;

/// <summary>
/// A connection ID of ours as a value to look up by. All of one endpoint have one length, so the key needs none; and they are
/// ours, so that nobody else can have many of them share a hash.
/// </summary>
internal readonly record struct ConnectionIdKey
{
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;

    /// <param name="connectionId">At most <see cref="DtlsConnectionIdLayout.MaxLength"/> bytes.</param>
    public ConnectionIdKey(ReadOnlySpan<byte> connectionId)
    {
        Span<ulong> words = stackalloc ulong[3];
        words.Clear();
        connectionId.CopyTo(MemoryMarshal.AsBytes(words));
        _first = words[0];
        _second = words[1];
        _third = words[2];
    }

    /// <summary>Whether it is the same connection ID.</summary>
    public bool Equals(ConnectionIdKey other) => ((_first ^ other._first) | (_second ^ other._second) | (_third ^ other._third)) == 0;

    /// <summary>A hash of all of it, seeded anew in each process.</summary>
    public override int GetHashCode() => HashCode.Combine(_first, _second, _third);
}
