using System;

namespace Sockets.Dtls;

/// <summary>What a <see cref="DtlsAdmission"/> lets in. Immutable.</summary>
public sealed record DtlsAdmissionLimits
{
    /// <summary>Handshakes a second: one in each tick.</summary>
    private const int MaxRate = (int)TimeSpan.TicksPerSecond;

    private readonly int? _maxHandshakes;

    /// <summary>Server connections at most, handshakes included.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>
    /// Server connections at most whose handshake is not done. Beyond it the oldest one of the same endpoint gives way to a client
    /// that has returned its cookie; every other newcomer is dropped. Default: 1,000, or <see cref="MaxConnections"/> where that is less.
    /// </summary>
    public int MaxHandshakes
    {
        get => _maxHandshakes ?? Math.Clamp(MaxConnections, 1, 1_000);
        init => _maxHandshakes = value;
    }

    /// <summary>
    /// Connections at most of one address that has proven to be there: an IPv4 address, or the 64 bits of IPv6 that one site has to
    /// itself. A connection that moves, which proves its new address too, counts there, unless that has enough already: then it stays and
    /// counts where it was. Null: no limit but the others.
    /// </summary>
    public int? MaxConnectionsPerAddress { get; init; }

    /// <summary>
    /// Handshakes a second at most of clients that have returned their cookie, which may come all at once; further ones are dropped,
    /// and their clients ask again. Null: no limit.
    /// </summary>
    public int? MaxHandshakesPerSecond { get; init; }

    /// <summary>
    /// As <see cref="MaxHandshakesPerSecond"/>, of one address that has proven to be there (<see cref="MaxConnectionsPerAddress"/>): what
    /// others send in its name never counts. Null: no limit but the others.
    /// </summary>
    public int? MaxHandshakesPerSecondPerAddress { get; init; }

    /// <summary>
    /// Null: every client is asked for a cookie (RFC 9147 §5.1). Else clients are asked from so many unfinished handshakes on, until
    /// half of them are left: it saves a round trip, and lets forged addresses cost that many handshakes.
    /// </summary>
    public int? CookieThreshold { get; init; }

    /// <summary>Checks the settings, also against each other.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value, and what it accepts.</exception>
    public void Validate()
    {
        Require(MaxConnections >= 1, MaxConnections, nameof(MaxConnections), "1 or more");
        Require(MaxHandshakes >= 1 && MaxHandshakes <= MaxConnections, MaxHandshakes, nameof(MaxHandshakes), $"1 to {nameof(MaxConnections)}, which is {MaxConnections}");
        Require(
            MaxConnectionsPerAddress is null || (MaxConnectionsPerAddress >= 1 && MaxConnectionsPerAddress <= MaxConnections),
            MaxConnectionsPerAddress,
            nameof(MaxConnectionsPerAddress),
            $"1 to {nameof(MaxConnections)}, which is {MaxConnections}, or null");
        Require(MaxHandshakesPerSecond is null or (>= 1 and <= MaxRate), MaxHandshakesPerSecond, nameof(MaxHandshakesPerSecond), $"1 to {MaxRate}, or null");
        Require(
            MaxHandshakesPerSecondPerAddress is null || (MaxHandshakesPerSecondPerAddress >= 1 && MaxHandshakesPerSecondPerAddress <= (MaxHandshakesPerSecond ?? MaxRate)),
            MaxHandshakesPerSecondPerAddress,
            nameof(MaxHandshakesPerSecondPerAddress),
            $"1 to {(MaxHandshakesPerSecond is null ? $"{MaxRate}" : $"{nameof(MaxHandshakesPerSecond)}, which is {MaxHandshakesPerSecond}")}, or null");
        Require(
            CookieThreshold is null || (CookieThreshold >= 1 && CookieThreshold < MaxHandshakes),
            CookieThreshold,
            nameof(CookieThreshold),
            $"1 to less than {nameof(MaxHandshakes)}, which is {MaxHandshakes}, or null");
    }

    private static void Require(bool condition, int? value, string setting, string accepted)
    {
        if (!condition)
            throw new ArgumentException($"DtlsAdmissionLimits.{setting} is {value}; it must be {accepted}.", setting);
    }
}
