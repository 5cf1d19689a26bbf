using System;
using System.IO;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace Sockets.LoadBench.Streams;

/// <summary>
/// One end of a connection, with the loops of both styles written out for its own type: a call through a common interface
/// would cost a peer that returns something else a conversion for each operation.
/// </summary>
internal abstract class StreamEnd(int size) : IDisposable
{
    /// <summary>Bytes of one operation.</summary>
    protected int Size => size;

    /// <summary>What is sent.</summary>
    protected byte[] Outgoing { get; } = GC.AllocateArray<byte>(size, pinned: true);

    /// <summary>Takes what is received.</summary>
    protected byte[] Incoming { get; } = GC.AllocateArray<byte>(size, pinned: true);

    /// <summary>Sends and waits for the same amount to come back, so many times.</summary>
    /// <param name="rounds">How often.</param>
    /// <param name="latency">Takes the time of each.</param>
    public abstract Task PingAsync(int rounds, LatencyHistogram latency);

    /// <summary>Sends back whatever comes until the connection ends.</summary>
    public abstract Task EchoAsync();

    /// <summary>Sends, so many times.</summary>
    public abstract Task PushAsync(int count);

    /// <summary>Sends a file.</summary>
    public abstract Task SendFileAsync(string path);

    /// <summary>Receives so many bytes.</summary>
    public abstract Task DrainAsync(long bytes);

    /// <inheritdoc cref="PingAsync"/>
    public abstract void Ping(int rounds, LatencyHistogram latency);

    /// <inheritdoc cref="EchoAsync"/>
    public abstract void Echo();

    /// <inheritdoc cref="PushAsync"/>
    public abstract void Push(int count);

    /// <inheritdoc cref="SendFileAsync"/>
    public abstract void SendFile(string path);

    /// <inheritdoc cref="DrainAsync"/>
    public abstract void Drain(long bytes);

    /// <summary>Whether this is how a loop learns that its connection was closed.</summary>
    protected static bool IsEnd(Exception exception) => exception is SocketException or SocketFailureException or IOException or ObjectDisposedException;

    /// <summary>Closes the connection.</summary>
    public abstract void Dispose();
}
