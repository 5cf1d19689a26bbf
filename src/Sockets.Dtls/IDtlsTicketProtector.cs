using System;

namespace Sockets.Dtls;

/// <summary>
/// Turns what a server has to know of a session into a ticket that a client keeps for it, and back. Several servers that share
/// one can resume each other's sessions. Called by many connections at once; must not block.
/// </summary>
public interface IDtlsTicketProtector
{
    /// <summary>Makes a ticket.</summary>
    /// <param name="state">The session, its secret among it: the ticket must not reveal it, and the buffer is zeroed after the call.</param>
    /// <param name="now">The time.</param>
    /// <param name="expires">From when on the ticket is of no use.</param>
    /// <returns>1 to 65,000 bytes; null: no ticket can be made now.</returns>
    byte[]? Protect(ReadOnlySpan<byte> state, DateTimeOffset now, DateTimeOffset expires);

    /// <summary>
    /// Reads a ticket. Anybody can send anything here: it must not throw, must not change anything, and must tell its own
    /// tickets from forged ones.
    /// </summary>
    /// <param name="ticket">What a client offers.</param>
    /// <param name="now">The time.</param>
    /// <returns>The session, which the caller zeroes; null when it is no ticket, or none any more.</returns>
    byte[]? Unprotect(ReadOnlySpan<byte> ticket, DateTimeOffset now);

    /// <summary>
    /// The client has proven that the ticket is its own and is about to use it. Where tickets are good for one use this is the
    /// one atomic step: of all callers with the same ticket, on all servers, one gets true.
    /// </summary>
    /// <param name="ticket">What <see cref="Unprotect"/> has read.</param>
    /// <param name="issued">When it was made.</param>
    /// <param name="now">The time.</param>
    /// <param name="expires">From when on the ticket is of no use anyway.</param>
    /// <returns>False: it was used before. There is a full handshake then.</returns>
    bool TryUse(ReadOnlySpan<byte> ticket, DateTimeOffset issued, DateTimeOffset now, DateTimeOffset expires);
}
