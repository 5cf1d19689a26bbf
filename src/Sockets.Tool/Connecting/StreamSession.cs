using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace Sockets.Tool.Connecting;

/// <summary>What <c>connect</c> does over a stream: it sends and receives at the same time, so that no side waits for the other.</summary>
internal sealed class StreamSession(ToolConsole console, Socket socket, TimeSpan timeout) : ISocketSession
{
    private const int BufferSize = 64 * 1024;

    /// <summary>When sending fails, the peer may have said why: that is worth a moment.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly string _peer = SocketText.Of(socket.RemoteEndPoint);
    private readonly Lock _gate = new();
    private long _received;
    private long _sent = -1;

    public Task EchoAsync(Stream source, CancellationToken cancellationToken) =>
        EchoAsync((hash, token) => SendAsync(source, hash, token), "", cancellationToken);

    public Task EchoFileAsync(string path, CancellationToken cancellationToken) =>
        EchoAsync((hash, token) => SendFileAsync(path, hash, token), " (by sendfile)", cancellationToken);

    public async Task<long> CopyAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = Task.Run(() => SendInputAsync(stopping.Token), CancellationToken.None);
        Task receiving = CopyToOutputAsync(cancellationToken);
        Task first = await Task.WhenAny(sending, receiving);
        if (first == sending && sending.IsFaulted)
            await Task.WhenAny(receiving, Task.Delay(LastWords, cancellationToken));
        if (receiving.IsCompleted || !sending.IsFaulted)
            await receiving; // to the peer's end; what is still typed is not sent any more
        else
            await sending;
        await stopping.CancelAsync();
        return _received;
    }

    private async Task EchoAsync(Func<IncrementalHash, CancellationToken, Task<long>> send, string how, CancellationToken cancellationToken)
    {
        using var sentHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var receivedHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var complete = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        socket.ReceiveTimeout = timeout;
        Task receiving = ReceiveEchoAsync(receivedHash, complete.Token);
        Task sending = SendAllAsync(send(sentHash, stopping.Token), complete);
        await Task.WhenAny(sending, receiving);
        if (sending.IsFaulted)
            await Task.WhenAny(receiving, Task.Delay(LastWords, cancellationToken));
        if (receiving.IsFaulted)
            await stopping.CancelAsync();
        if (receiving.IsCompleted)
            await receiving;
        await sending;
        await receiving;
        if (_received != _sent)
            throw new ToolException($"{_peer} sent back {_received} bytes, more than the {_sent} bytes it was sent.");
        if (!CryptographicOperations.FixedTimeEquals(sentHash.GetHashAndReset(), receivedHash.GetHashAndReset()))
            throw new ToolException($"{_peer} sent back {_received} bytes that differ from those sent.");
        console.WriteLine($"sent {_sent} bytes, received {_received} bytes back, identical{how}");
        await EndAsync(cancellationToken);
    }

    /// <summary>Ends our side, and sees that the peer ends its own in good order and without another word.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        await socket.ShutdownSendAsync(cancellationToken);
        if (await socket.ReceiveAsync(new byte[1], cancellationToken) is { IsEnd: false })
            throw new ToolException($"{_peer} sent back more than the {_sent} bytes it was sent.");
    }

    private async Task SendAllAsync(Task<long> sending, CancellationTokenSource complete)
    {
        long sent = await sending;
        lock (_gate)
        {
            _sent = sent;
            if (_received < sent)
                return;
        }

        await complete.CancelAsync(); // the last echo came before we knew that it was the last
    }

    private async Task ReceiveEchoAsync(IncrementalHash hash, CancellationToken complete)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (true)
            {
                SocketReceiveResult result = await socket.ReceiveAsync(buffer, complete);
                if (result.IsEnd)
                    throw new ToolException($"{_peer} closed the connection before it had echoed everything.");
                hash.AppendData(buffer, 0, result.Count);
                lock (_gate)
                {
                    _received += result.Count;
                    if (_sent >= 0 && _received >= _sent)
                        return;
                }
            }
        }
        catch (OperationCanceledException) when (_sent >= 0 && _received >= _sent)
        {
            // Everything is back.
        }
    }

    private async Task<long> SendAsync(Stream source, IncrementalHash hash, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        long sent = 0;
        while (await source.ReadAsync(buffer, cancellationToken) is var length and > 0)
        {
            hash.AppendData(buffer, 0, length);
            sent += await socket.SendAsync(buffer.AsMemory(0, length), cancellationToken);
        }

        return sent;
    }

    private async Task<long> SendFileAsync(string path, IncrementalHash hash, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        SocketSendFileResult result = await socket.SendFileAsync(file, cancellationToken: cancellationToken);
        if (!result.IsComplete)
            throw new ToolException($"Sending '{path}' stopped after {result.BytesSent} bytes: {result.Outcome}.");
        byte[] buffer = new byte[BufferSize];
        for (long offset = 0; offset < result.BytesSent;)
        {
            int length = await RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);
            if (length == 0)
                throw new ToolException($"'{path}' was cut while it was being sent.");
            length = (int)Math.Min(length, result.BytesSent - offset);
            hash.AppendData(buffer, 0, length);
            offset += length;
        }

        return result.BytesSent;
    }

    private async Task SendInputAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        while (await console.In.ReadAsync(buffer, cancellationToken) is var length and > 0)
            await socket.SendAsync(buffer.AsMemory(0, length), cancellationToken);
        await socket.ShutdownSendAsync(cancellationToken);
    }

    private async Task CopyToOutputAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        while (await socket.ReceiveAsync(buffer, cancellationToken) is { IsEnd: false } result)
        {
            _received += result.Count;
            await console.OutBytes.WriteAsync(buffer.AsMemory(0, result.Count), cancellationToken);
            await console.OutBytes.FlushAsync(cancellationToken);
        }
    }
}
