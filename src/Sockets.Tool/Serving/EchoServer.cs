using System;
using System.Buffers;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Serving;

/// <summary>Sends back whatever comes on any kind of socket, until the peer's end, and prints what happens.</summary>
/// <param name="console">Takes a line for each event.</param>
/// <param name="limit">Ends after so many connections have ended or failed; null: never.</param>
internal sealed class EchoServer(ToolConsole console, int? limit)
{
    /// <summary>Holds the longest datagram, and four records of TLS.</summary>
    private const int BufferSize = 64 * 1024;

    /// <summary>What connections may take to end after SIGINT or SIGTERM.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _endedConnections;

    public async Task<int> RunAsync(EndPoint endPoint, SocketListenerOptions options, CancellationToken cancellationToken)
    {
        options.HandshakeFailed = HandshakeFailed;
        await using SocketListener listener = SocketListener.Bind(endPoint, options);
        console.WriteLine($"listening {SocketText.Of(listener.LocalEndPoint)}");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task accepting = AcceptAsync(listener, stopping.Token);
        try
        {
            await await Task.WhenAny(accepting, _ended.Task);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // SIGINT or SIGTERM: the connections end, and so do we.
        }

        await stopping.CancelAsync();
        await listener.DrainAsync(DrainTimeout, CancellationToken.None);
        return 0;
    }

    private async Task AcceptAsync(SocketListener listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket socket = await listener.AcceptAsync(cancellationToken);
            _ = EchoAsync(socket, cancellationToken);
        }
    }

    private async Task EchoAsync(Socket socket, CancellationToken cancellationToken)
    {
        string peer = SocketText.Of(socket.RemoteEndPoint);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        long bytes = 0;
        string reason = "end";
        console.WriteLine(SocketText.Connected(socket, isServer: true));
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellationToken) is { IsEnd: false } received)
            {
                bytes += received.Count;
                await socket.SendAsync(buffer.AsMemory(0, received.Count), cancellationToken);
            }

            await socket.ShutdownSendAsync(cancellationToken);
        }
        catch (SocketFailureException failure)
        {
            // UDP has no end: the listener closes whoever has been silent for long.
            reason = failure.Reason == SocketFailureReason.Closed ? "idle" : SocketText.Of(failure.Reason);
        }
        catch (OperationCanceledException)
        {
            reason = "stopped";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            socket.Dispose();
        }

        console.WriteLine(SocketText.Closed(peer, bytes, reason));
        Count();
    }

    private void HandshakeFailed(EndPoint? peer, SocketFailureException failure)
    {
        console.WriteLine(SocketText.Failed(SocketText.Of(peer), failure));
        Count();
    }

    private void Count()
    {
        if (Interlocked.Increment(ref _endedConnections) == limit)
            _ended.TrySetResult();
    }
}
