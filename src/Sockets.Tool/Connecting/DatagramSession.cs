using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Connecting;

/// <summary>What <c>connect</c> does over plain datagrams.</summary>
internal sealed class DatagramSession(ToolConsole console, Socket socket, TimeSpan timeout, TimeSpan linger) : ISocketSession
{
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

    /// <summary>UDP has no end: a silent peer has ended.</summary>
    public Task<long> CopyAsync(CancellationToken cancellationToken) =>
        new DatagramCopy(
            console,
            linger,
            (datagram, token) => socket.SendAsync(datagram, token).AsTask(),
            async (buffer, token) => (await socket.ReceiveAsync(buffer, token)).Count,
            static () => DatagramEcho.LargestChunk).RunAsync(cancellationToken);
}
