using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace Sockets;

/// <summary>A send or a receive for <see cref="SocketAsync.Submit"/>.</summary>
public readonly struct SocketOperation
{
    private SocketOperation(Memory<byte> buffer, bool isSend, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        Buffer = buffer;
        IsSend = isSend;
        Timeout = timeout ?? System.Threading.Timeout.InfiniteTimeSpan;
        CancellationToken = cancellationToken;
    }

    /// <summary>Whether it sends; else it receives.</summary>
    public bool IsSend { get; }

    /// <summary>How long it may take, the wait in the queue included.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Ends it.</summary>
    public CancellationToken CancellationToken { get; }

    internal Memory<byte> Buffer { get; }

    /// <summary>Sends all of a buffer, on datagram sockets as one datagram.</summary>
    /// <param name="buffer">Not to be changed before completion.</param>
    /// <param name="timeout">How long it may take, the wait in the queue included. Null: as long as it takes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static SocketOperation Send(ReadOnlyMemory<byte> buffer, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        new(MemoryMarshal.AsMemory(buffer), isSend: true, timeout, cancellationToken);

    /// <summary>Receives what comes next, at most a buffer full.</summary>
    /// <param name="buffer">Takes the bytes. Empty on a stream: waits until there are any.</param>
    /// <param name="timeout">How long it may take, the wait in the queue included. Null: as long as it takes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static SocketOperation Receive(Memory<byte> buffer, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        new(buffer, isSend: false, timeout, cancellationToken);
}
