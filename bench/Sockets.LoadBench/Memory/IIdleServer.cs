using System;

namespace Sockets.LoadBench.Memory;

/// <summary>A server that answers the first record of each connection with one of its own, and keeps the connection.</summary>
internal interface IIdleServer : IDisposable
{
    /// <summary>Where it listens, on the loopback.</summary>
    int Port { get; }

    /// <summary>Connections whose handshake is done.</summary>
    int ConnectionCount { get; }
}
