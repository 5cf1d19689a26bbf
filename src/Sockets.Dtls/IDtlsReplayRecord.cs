using System;

namespace Sockets.Dtls;

/// <summary>
/// Remembers what may happen once. Its one operation is atomic: a store that can only get and set lets two servers accept the
/// same thing. Called by many connections at once; must not block.
/// </summary>
public interface IDtlsReplayRecord
{
    /// <summary>
    /// From when on nothing was forgotten. What may have happened before, in a process that has ended or on a server that did not
    /// share this record yet, is not accepted (RFC 8446 §8.2).
    /// </summary>
    DateTimeOffset RemembersSince { get; }

    /// <summary>Records an identifier, unless it is there.</summary>
    /// <param name="id">32 bytes that look random.</param>
    /// <param name="now">The time.</param>
    /// <param name="expires">From when on it may be forgotten.</param>
    /// <returns>
    /// True for exactly one caller. False when it is there already, and when there is no room: what cannot be remembered must
    /// not be accepted.
    /// </returns>
    bool TryAdd(ReadOnlySpan<byte> id, DateTimeOffset now, DateTimeOffset expires);
}
