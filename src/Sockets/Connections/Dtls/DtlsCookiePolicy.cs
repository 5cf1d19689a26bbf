using System;

namespace Sockets;

/// <summary>Which clients must return a cookie before anything is kept of them (RFC 9147 §5.1).</summary>
public sealed record DtlsCookiePolicy
{
    private DtlsCookiePolicy()
    {
    }

    /// <summary>Every client, at the price of a round trip: forged addresses cost nothing.</summary>
    public static DtlsCookiePolicy Always { get; } = new();

    /// <summary>From how many unfinished handshakes on clients are asked; null: always.</summary>
    public int? Threshold { get; private init; }

    /// <summary>
    /// None as long as there is no hurry; every client from <paramref name="threshold"/> unfinished handshakes on, until half of them are
    /// left. Forged addresses then cost that many handshakes, and each of them makes this server send up to three times what came.
    /// </summary>
    /// <param name="threshold">1 or more, and less than <see cref="ConnectionManagerOptions.MaxHandshakes"/>.</param>
    public static DtlsCookiePolicy ByLoad(int threshold)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        return new DtlsCookiePolicy { Threshold = threshold };
    }

    /// <summary>"always", or from when on.</summary>
    public override string ToString() => Threshold is { } threshold ? $"by load, from {threshold} handshakes on" : "always";
}
