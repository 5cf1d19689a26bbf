using System;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Bogo.Shim;

/// <summary>What one connection of a test leaves for the next: a server's ticket keys, a client's newest ticket.</summary>
internal sealed class SessionKeeper(ShimClock clock) : IDisposable
{
    private static readonly DateTimeOffset Origin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The server's.</summary>
    public DtlsTicketKeys Keys { get; } = new(CryptoProviders.Default);

    /// <summary>The client's.</summary>
    public DtlsTicket? Ticket { get; private set; }

    /// <summary>Whether a server would take early data with the newest ticket.</summary>
    public bool TicketSupportsEarlyData { get; private set; }

    /// <summary>The time of day, by the runner's clock.</summary>
    public DateTimeOffset UtcNow() => Origin + new TimeSpan(clock.Now.Ticks);

    /// <summary>Takes the newest ticket of a connection.</summary>
    public void TakeFrom(DtlsConnection connection)
    {
        while (connection.TakeTicket() is { } ticket)
        {
            TicketSupportsEarlyData = ticket.MaxEarlyDataSize > 0;
            Ticket?.Dispose();
            Ticket = ticket;
        }
    }

    public void Dispose()
    {
        Keys.Dispose();
        Ticket?.Dispose();
    }
}
