namespace Sockets.Dtls;

/// <summary>Whose connection a datagram belongs to, as its connection ID tells: anybody can have written it there.</summary>
/// <param name="Node">The process or machine, as in <see cref="DtlsConnectionIdLayout.Node"/>.</param>
/// <param name="Shard">The endpoint in it, as in <see cref="DtlsConnectionIdLayout.Shard"/>.</param>
public readonly record struct DtlsConnectionIdOwner(int Node, int Shard);
