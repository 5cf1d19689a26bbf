using System;
using Sockets.Dtls;

namespace Sockets.Bogo.Shim;

/// <summary>The application's hook between a server and its ticket keys: may decline to make tickets, and counts what it is asked to read.</summary>
/// <param name="inner">The keys.</param>
/// <param name="declines">Whether there shall be no tickets.</param>
internal sealed class CountingProtector(IDtlsTicketProtector inner, bool declines) : IDtlsTicketProtector
{
    /// <summary>How often a ticket was to be read.</summary>
    public int ReadCount { get; private set; }

    public byte[]? Protect(ReadOnlySpan<byte> state, DateTimeOffset now, DateTimeOffset expires) =>
        declines ? null : inner.Protect(state, now, expires);

    public byte[]? Unprotect(ReadOnlySpan<byte> ticket, DateTimeOffset now)
    {
        ReadCount++;
        return inner.Unprotect(ticket, now);
    }

    public bool TryUse(ReadOnlySpan<byte> ticket, DateTimeOffset issued, DateTimeOffset now, DateTimeOffset expires) => inner.TryUse(ticket, issued, now, expires);
}
