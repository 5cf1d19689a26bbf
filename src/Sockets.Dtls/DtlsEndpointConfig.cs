using System;

namespace Sockets.Dtls;

/// <summary>Settings of a <see cref="DtlsEndpoint"/>. Immutable.</summary>
public sealed record DtlsEndpointConfig
{
    /// <summary>Configuration of the connections this endpoint accepts. Null: it only makes client connections.</summary>
    public DtlsConfig? Server { get; init; }

    /// <summary>
    /// Whether a client must return a cookie before any state is kept for it (RFC 9147 §5.1). Off saves a round trip,
    /// and lets forged source addresses cost memory.
    /// </summary>
    public bool RequireCookie { get; init; } = true;

    /// <summary>
    /// What the connection IDs are made of that this endpoint issues, so that several endpoints can tell theirs apart
    /// (<see cref="DtlsEndpoint.TryReadOwner"/>). Null: random bytes, as many as <see cref="DtlsConfig.ConnectionIdLength"/> says.
    /// Whether connection IDs are used at all is for <see cref="DtlsConfig.ConnectionIdLength"/> to say.
    /// </summary>
    public DtlsConnectionIdLayout? ConnectionIds { get; init; }

    /// <summary>How long a cookie is good for: one handshake's opening.</summary>
    public TimeSpan CookieLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the cookie key is replaced; the key before it is still accepted.</summary>
    public TimeSpan CookieKeyLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Connections at most, all states together.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>
    /// Server connections at most whose handshake is not done. Beyond it the oldest gives way to a client that has returned
    /// its cookie; without cookies the newcomer is dropped.
    /// </summary>
    public int MaxHandshakes { get; init; } = 1_000;

    /// <summary>
    /// Further limits, and those that several endpoints share. It also says whether clients are asked for a cookie at all times or
    /// by load, as long as <see cref="RequireCookie"/> is true. Null: <see cref="MaxConnections"/> and <see cref="MaxHandshakes"/>
    /// are all there is.
    /// </summary>
    public DtlsAdmission? Admission { get; init; }

    /// <summary>
    /// How long a connection has nothing to do before it gives back what ciphers have made from their keys, 1.7 KB in each
    /// direction. The record that ends the quiet makes it anew, in half a microsecond.
    /// </summary>
    public TimeSpan QuietPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>ClientHellos larger than a datagram that are reassembled at the same time; the oldest gives way.</summary>
    public int ReassemblySlots { get; init; } = 64;

    /// <summary>Longest ClientHello that is reassembled before the cookie, in bytes.</summary>
    public int ReassemblySlotSize { get; init; } = 8_192;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">Names the setting and what it accepts.</exception>
    public void Validate()
    {
        Server?.Validate();
        if (Server is { CanServe: false })
            throw new ArgumentException("DtlsEndpointConfig.Server must have at least one credential or pre-shared key.", nameof(Server));
        ConnectionIds?.Validate();
        Require(
            ConnectionIds is null || Server?.ConnectionIdLength is null or 0 || Server.ConnectionIdLength == ConnectionIds.Length,
            nameof(ConnectionIds),
            $"of the length Server.ConnectionIdLength says, {Server?.ConnectionIdLength} bytes");
        Require(CookieLifetime > TimeSpan.Zero, nameof(CookieLifetime), "more than zero");
        Require(CookieKeyLifetime >= CookieLifetime, nameof(CookieKeyLifetime), "CookieLifetime or more");
        Require(QuietPeriod > TimeSpan.Zero, nameof(QuietPeriod), "more than zero");
        Require(MaxConnections >= 1, nameof(MaxConnections), "1 or more");
        Require(MaxHandshakes >= 1, nameof(MaxHandshakes), "1 or more");
        Require(ReassemblySlots is >= 1 and <= 65_536, nameof(ReassemblySlots), "1 to 65536");
        Require(ReassemblySlotSize is >= 1024 and <= 65_536, nameof(ReassemblySlotSize), "1024 to 65536 bytes");
    }

    private static void Require(bool condition, string setting, string accepted)
    {
        if (!condition)
            throw new ArgumentException($"DtlsEndpointConfig.{setting} must be {accepted}.", setting);
    }
}
