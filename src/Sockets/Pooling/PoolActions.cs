using System.Collections.Generic;

namespace Sockets.Pooling;

/// <summary>What was decided under the pool's lock and is done after it: closing and connecting call into other code.</summary>
internal struct PoolActions
{
    private List<Socket>? _close;
    private List<EndpointConnections>? _connect;

    public void Close(Socket socket) => (_close ??= []).Add(socket);

    public void Connect(EndpointConnections endpoint) => (_connect ??= []).Add(endpoint);

    public readonly void Run(SocketPool pool)
    {
        foreach (EndpointConnections endpoint in _connect ?? [])
            pool.BeginConnect(endpoint);
        foreach (Socket socket in _close ?? [])
            socket.Dispose();
    }
}
