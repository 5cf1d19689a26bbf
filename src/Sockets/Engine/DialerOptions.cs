using System;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Engine;

/// <summary>The settings of RFC 8305, with its recommended values (§8).</summary>
internal sealed record DialerOptions
{
    private readonly TimeSpan _connectionAttemptDelay = TimeSpan.FromMilliseconds(250);
    private readonly TimeSpan _resolutionDelay = TimeSpan.FromMilliseconds(50);
    private readonly int _firstAddressFamilyCount = 1;

    public static DialerOptions Default { get; } = new();

    /// <summary>The family that is tried first, and waited for.</summary>
    public AddressFamily PreferredFamily { get; init; } = AddressFamily.InterNetworkV6;

    /// <summary>Whether IPv6 addresses are asked for and used.</summary>
    public bool UseIPv6 { get; init; } = SystemSocket.OSSupportsIPv6;

    /// <summary>Whether IPv4 addresses are asked for and used.</summary>
    public bool UseIPv4 { get; init; } = SystemSocket.OSSupportsIPv4;

    /// <summary>How long the other family's addresses wait for the preferred family's (§3).</summary>
    public TimeSpan ResolutionDelay
    {
        get => _resolutionDelay;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _resolutionDelay = value;
        }
    }

    /// <summary>How long an attempt is alone before the next one joins it: 100 ms to 2 s (§5).</summary>
    public TimeSpan ConnectionAttemptDelay
    {
        get => _connectionAttemptDelay;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(100));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromSeconds(2));
            _connectionAttemptDelay = value;
        }
    }

    /// <summary>How many addresses of the preferred family are tried before the families alternate (§4).</summary>
    public int FirstAddressFamilyCount
    {
        get => _firstAddressFamilyCount;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _firstAddressFamilyCount = value;
        }
    }

    /// <summary>These, for a socket that is bound to <paramref name="local"/> before it connects: only that family fits.</summary>
    public DialerOptions ForLocal(IPEndPoint? local) => local is null ? this : this with
    {
        UseIPv6 = UseIPv6 && local.AddressFamily == AddressFamily.InterNetworkV6,
        UseIPv4 = UseIPv4 && local.AddressFamily == AddressFamily.InterNetwork,
    };

    public bool Uses(AddressFamily family) => family switch
    {
        AddressFamily.InterNetworkV6 => UseIPv6,
        AddressFamily.InterNetwork => UseIPv4,
        _ => false,
    };
}
