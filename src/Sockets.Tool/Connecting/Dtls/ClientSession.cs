using System;
using System.IO;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Connecting;

/// <summary>What <c>connect</c> does once it is connected.</summary>
internal sealed class ClientSession(ToolConsole console, DtlsChannel channel, TimeSpan timeout, bool updateKeys, bool migrates)
{
    private const int LargestRecord = 16_384;

    private readonly byte[] _received = new byte[LargestRecord];
    private int _sendingUpdatesReported;
    private int _receivingUpdatesReported;

    /// <summary>Sends everything in chunks, one at a time, each until its echo is there.</summary>
    public async Task<int> EchoAsync(Stream source, CancellationToken cancellationToken)
    {
        var echo = new DatagramEcho(channel.RemoteEndPoint.ToString()!, timeout, (chunk, token) => channel.SendAsync(chunk, token).AsTask(), ReceiveAsync);
        await SendRejectedAsync(echo.ExchangeAsync, cancellationToken);
        byte[] chunk = new byte[Math.Min(channel.MaxDatagramLength, DatagramEcho.LargestChunk)];
        long sent = 0;
        bool keysPending = updateKeys;
        bool movePending = migrates;
        while (await source.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken) is var length and > 0)
        {
            if (keysPending && (!source.CanSeek || sent * 2 >= source.Length - length))
            {
                keysPending = false;
                await UpdateKeysAsync(cancellationToken);
            }

            if (movePending && (!source.CanSeek || sent * 2 >= source.Length - length))
            {
                movePending = false;
                await MigrateAsync(cancellationToken);
            }

            await echo.ExchangeAsync(chunk.AsMemory(0, length), cancellationToken);
            sent += length;
            ReportKeyUpdates();
        }

        if (keysPending)
            await UpdateKeysAsync(cancellationToken);
        if (movePending)
            await MigrateAsync(cancellationToken);
        console.WriteLine(echo.Result(sent));
        return await EndAsync();
    }

    /// <summary>Sends lines of standard input and prints what comes, until either side ends.</summary>
    public async Task<int> TalkAsync(CancellationToken cancellationToken)
    {
        await SendRejectedAsync((datagram, token) => channel.SendAsync(datagram, token).AsTask(), cancellationToken);
        if (updateKeys)
            await UpdateKeysAsync(cancellationToken);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task printing = PrintAsync(stopping.Token);
        Task typing = Task.Run(() => SendLinesAsync(stopping.Token), CancellationToken.None);
        if (migrates)
            await MigrateAsync(cancellationToken);
        Task first = await Task.WhenAny(printing, typing);
        await stopping.CancelAsync();
        try
        {
            await first;
        }
        catch (OperationCanceledException)
        {
            // SIGINT: close in good order.
        }

        return await EndAsync();
    }

    private async Task<int?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        DtlsReceiveResult result = await channel.ReceiveAsync(buffer, cancellationToken);
        return result.IsClosed ? null : result.Length;
    }

    /// <summary>Early data that the server has not taken is not lost: it goes first now.</summary>
    private async Task SendRejectedAsync(Func<ReadOnlyMemory<byte>, CancellationToken, Task> sendAsync, CancellationToken cancellationToken)
    {
        foreach (ReadOnlyMemory<byte> datagram in channel.RejectedEarlyData)
        {
            if (datagram.Length > channel.MaxDatagramLength)
                throw new ToolException($"The early data was not taken, and its {datagram.Length} bytes do not fit into one datagram of {channel.MaxDatagramLength} bytes: nothing of it was delivered.");
            await sendAsync(datagram, cancellationToken);
            console.WriteLine("early-data sent after the handshake");
        }
    }

    private async Task UpdateKeysAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            await channel.UpdateKeysAsync(requestPeerUpdate: true, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ToolException($"{channel.RemoteEndPoint} did not acknowledge the key update within {timeout.TotalSeconds:0.#} s.");
        }

        ReportKeyUpdates();
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        IPEndPoint before = channel.LocalEndPoint;
        bool hasMoved;
        try
        {
            hasMoved = await channel.MigrateAsync(null, cancellationToken);
        }
        catch (InvalidOperationException exception)
        {
            throw new ToolException($"{exception.Message} A server is asked for connection IDs with --cid LENGTH, as in 'sockets serve --cid 8'.", exception);
        }

        if (!hasMoved)
            throw new ToolException($"{channel.RemoteEndPoint} did not answer to another port; the connection was still at {before}.");
        console.WriteLine($"migrated from={before} to={channel.LocalEndPoint}");
    }

    private void ReportKeyUpdates()
    {
        for (; _sendingUpdatesReported < channel.SendingKeyUpdates; _sendingUpdatesReported++)
            console.WriteLine("key-update sent");
        for (; _receivingUpdatesReported < channel.ReceivingKeyUpdates; _receivingUpdatesReported++)
            console.WriteLine("key-update received");
    }

    private async Task PrintAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            DtlsReceiveResult result = await channel.ReceiveAsync(_received, cancellationToken);
            ReportKeyUpdates();
            if (result.IsClosed)
                return;
            console.WriteLine(Encoding.UTF8.GetString(_received, 0, result.Length));
        }
    }

    private async Task SendLinesAsync(CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(console.In, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            await channel.SendAsync(Encoding.UTF8.GetBytes(line), cancellationToken);
    }

    private async Task<int> EndAsync()
    {
        ReportKeyUpdates();
        await channel.DisposeAsync();
        DtlsException? failure = await channel.Completion;
        console.WriteLine(ChannelText.Closed(channel, failure));
        if (failure is not null)
            throw new ToolException(failure.Message, failure);
        return 0;
    }
}
