using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>What a <see cref="DtlsPair"/> is made of.</summary>
public sealed record DtlsPairOptions
{
    public required DtlsConfig Client { get; init; }

    public required DtlsConfig Server { get; init; }

    /// <summary>Puts the server behind an endpoint with these settings (its Server is replaced). Null: a bare connection.</summary>
    public DtlsEndpointConfig? ServerEndpoint { get; init; }

    /// <summary>Puts the client behind an endpoint of its own.</summary>
    public bool ClientEndpoint { get; init; }

    public ulong Seed { get; init; } = 1;

    public NetemOptions ToServer { get; init; } = NetemOptions.Perfect;

    public NetemOptions ToClient { get; init; } = NetemOptions.Perfect;
}
