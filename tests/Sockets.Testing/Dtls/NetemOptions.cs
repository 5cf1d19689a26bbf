namespace Sockets.Testing;

/// <summary>What a link does to datagrams. The default is perfect and instantaneous.</summary>
public sealed record NetemOptions
{
    public static NetemOptions Perfect { get; } = new();

    /// <summary>Datagrams lost, in percent.</summary>
    public int Loss { get; init; }

    /// <summary>Datagrams that arrive twice, in percent.</summary>
    public int Duplication { get; init; }

    /// <summary>Datagrams held back by <see cref="ReorderDelay"/>, so that later ones overtake them, in percent.</summary>
    public int Reordering { get; init; }

    public TimeSpan Delay { get; init; }

    /// <summary>Added to the delay of each datagram, from zero to this.</summary>
    public TimeSpan Jitter { get; init; }

    public TimeSpan ReorderDelay { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>Datagrams longer than this vanish.</summary>
    public int Mtu { get; init; } = 65_507;
}
