using System;
using Sockets.Dtls;

namespace Sockets;

/// <summary>
/// The way to other processes or machines that share <see cref="ConnectionManagerOptions.ConnectionIds"/>: takes datagrams that came here
/// and whose connection ID names another node, so that a client which has moved is found again.
/// </summary>
/// <remarks>
/// On the other side they go to <see cref="ConnectionManager.Inject"/>, with the path they took. Whoever can call that can claim any
/// path, so what travels between the nodes must be authenticated; the datagrams themselves are protected already. The other node answers by its own
/// socket, from the local address of the path when it has it: the nodes must be reachable by the same address.
/// </remarks>
public interface IDatagramForwarder
{
    /// <summary>Passes a datagram on. Called in a receive loop, by several at the same time: it must not block, throw, or keep the datagram.</summary>
    /// <param name="node">Whose it is; not authenticated: anybody can write any number into a datagram.</param>
    /// <param name="path">Where it came from, and where it arrived.</param>
    /// <param name="datagram">The datagram.</param>
    /// <returns>False: there is no such node, or no room. The datagram is dropped, and counted.</returns>
    bool TryForward(int node, in DtlsPath path, ReadOnlySpan<byte> datagram);
}
