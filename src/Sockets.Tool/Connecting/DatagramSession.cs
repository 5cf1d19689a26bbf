using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Connecting;

/// <summary>What <c>connect</c> does over plain datagrams.</summary>
internal sealed class DatagramSession(ToolConsole console, Socket socket, TimeSpan timeout) : ISocketSession
{
    private const int LargestDatagram = 65_536;

    private readonly string _peer = SocketText.Of(socket.RemoteEndPoint);

    public async Task EchoAsync(Stream source, CancellationToken cancellationToken)
    {
        var echo = new DatagramEcho(_peer, timeout, (chunk, token) => socket.SendAsync(chunk, token).AsTask(), async (buffer, token) => (await socket.ReceiveAsync(buffer, token)).Count);
        byte[] chunk = new byte[DatagramEcho.LargestChunk];
        long sent = 0;
        while (await source.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken) is var length and > 0)
        {
            await echo.ExchangeAsync(chunk.AsMemory(0, length), cancellationToken);
            sent += length;
        }

        console.WriteLine(echo.Result(sent));
    }

    public Task EchoFileAsync(string path, CancellationToken cancellationToken) =>
        throw new ToolException("--send-file is for streams: a datagram socket has no sendfile.");

    /// <summary>Each piece of standard input is a datagram. There is no end in UDP: it is over when the input has ended, and then nothing has come for the timeout.</summary>
    public async Task<long> CopyAsync(CancellationToken cancellationToken)
    {
        Task sending = Task.Run(() => SendInputAsync(cancellationToken), CancellationToken.None);
        byte[] buffer = new byte[LargestDatagram];
        long received = 0;
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (sending.IsCompleted)
                patience.CancelAfter(timeout);
            else
                _ = sending.ContinueWith(_ => CancelLater(patience), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            try
            {
                int length = (await socket.ReceiveAsync(buffer, patience.Token)).Count;
                received += length;
                await console.OutBytes.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
                await console.OutBytes.FlushAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                await sending;
                return received;
            }
        }
    }

    private void CancelLater(CancellationTokenSource patience)
    {
        try
        {
            patience.CancelAfter(timeout);
        }
        catch (ObjectDisposedException)
        {
            // That wait is over already; the next one sees that the input has ended.
        }
    }

    private async Task SendInputAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[DatagramEcho.LargestChunk];
        while (await console.In.ReadAsync(buffer, cancellationToken) is var length and > 0)
            await socket.SendAsync(buffer.AsMemory(0, length), cancellationToken);
    }
}
