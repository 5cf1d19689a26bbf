using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace Sockets.Tool.Demo;

/// <summary>One way for a file to get from a client to a server.</summary>
/// <param name="Name">In the table.</param>
/// <param name="CreateOptions">What server and client need, made when the way is tried.</param>
internal sealed record FileWay(string Name, Func<(SocketListenerOptions Server, SocketClientOptions Client)> CreateOptions)
{
    private const int BufferSize = 64 * 1024;

    public static IEnumerable<FileWay> Plain =>
    [
        new FileWay("plain, read and send", CreatePlainOptions) { SendAsync = ReadAndSendAsync },
        new FileWay("plain, sendfile", CreatePlainOptions),
    ];

    /// <summary>Sends so many bytes of the file. Default: <see cref="Socket.SendFileAsync(SafeFileHandle, long, long?, IProgress{long}?, CancellationToken)"/>.</summary>
    public Func<Socket, SafeFileHandle, long, CancellationToken, Task> SendAsync { get; init; } = SendFileAsync;

    /// <summary>Receives until the end, and gives the SHA-256 of what came. Default: that of a stream.</summary>
    public Func<Socket, CancellationToken, Task<byte[]>> ReceiveAsync { get; init; } = HashStreamAsync;

    private static (SocketListenerOptions Server, SocketClientOptions Client) CreatePlainOptions() =>
        (new SocketListenerOptions().UsePlaintext(), new SocketClientOptions().UsePlaintext());

    private static async Task ReadAndSendAsync(Socket socket, SafeFileHandle file, long length, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        for (long offset = 0; offset < length;)
        {
            int read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - offset)), offset, cancellationToken);
            if (read == 0)
                throw new ToolException("The demo's file was cut while it was being sent.");
            offset += await socket.SendAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        await socket.ShutdownSendAsync(cancellationToken);
    }

    private static async Task SendFileAsync(Socket socket, SafeFileHandle file, long length, CancellationToken cancellationToken)
    {
        SocketSendFileResult result = await socket.SendFileAsync(file, 0, length, null, cancellationToken);
        if (!result.IsComplete)
            throw new ToolException($"Sending the demo's file stopped after {result.BytesSent} bytes: {result.Outcome}.");
        await socket.ShutdownSendAsync(cancellationToken);
    }

    private static async Task<byte[]> HashStreamAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferSize];
        while (await socket.ReceiveAsync(buffer, cancellationToken) is { IsEnd: false } received)
            hash.AppendData(buffer, 0, received.Count);
        return hash.GetHashAndReset();
    }
}
