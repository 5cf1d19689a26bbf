using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Connecting;

/// <summary>What <c>connect</c> does once it is connected.</summary>
internal sealed class ClientSession(ToolConsole console, DtlsChannel channel, TimeSpan timeout, bool updateKeys)
{
    /// <summary>Fits into one datagram of every DTLS stack that echoes it.</summary>
    private const int LargestChunk = 1024;
    private const int LargestRecord = 16_384;

    private static readonly TimeSpan FirstResend = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastResend = TimeSpan.FromSeconds(2);

    private readonly byte[] _received = new byte[LargestRecord];
    private int _sendingUpdatesReported;
    private int _receivingUpdatesReported;

    /// <summary>
    /// Sends everything in chunks, one at a time, each until its echo is there. The chunks carry nothing of ours, so that any
    /// echoing peer will do. An echo that comes twice is that of a chunk that was sent twice.
    /// </summary>
    public async Task<int> EchoAsync(Stream source, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[Math.Min(channel.MaxDatagramLength, LargestChunk)];
        byte[] previous = [];
        long sent = 0;
        long resent = 0;
        bool keysPending = updateKeys;
        while (await source.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken) is var length and > 0)
        {
            if (keysPending && (!source.CanSeek || sent * 2 >= source.Length - length))
            {
                keysPending = false;
                await UpdateKeysAsync(cancellationToken);
            }

            resent += await EchoChunkAsync(chunk.AsMemory(0, length), previous, cancellationToken);
            previous = chunk[..length];
            sent += length;
            ReportKeyUpdates();
        }

        if (keysPending)
            await UpdateKeysAsync(cancellationToken);
        console.WriteLine($"sent {sent} bytes, received {sent} bytes back, identical{(resent > 0 ? $" (datagrams resent: {resent})" : "")}");
        return await EndAsync();
    }

    /// <summary>Sends lines of standard input and prints what comes, until either side ends.</summary>
    public async Task<int> TalkAsync(CancellationToken cancellationToken)
    {
        if (updateKeys)
            await UpdateKeysAsync(cancellationToken);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task printing = PrintAsync(stopping.Token);
        Task typing = Task.Run(() => SendLinesAsync(stopping.Token), CancellationToken.None);
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

    private async Task<long> EchoChunkAsync(ReadOnlyMemory<byte> chunk, ReadOnlyMemory<byte> previous, CancellationToken cancellationToken)
    {
        long resent = 0;
        TimeSpan waited = TimeSpan.Zero;
        TimeSpan wait = FirstResend;
        await channel.SendAsync(chunk, cancellationToken);
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(wait);
            try
            {
                DtlsReceiveResult result = await channel.ReceiveAsync(_received, patience.Token);
                if (result.IsClosed)
                    throw new ToolException($"{channel.RemoteEndPoint} closed the connection before it had echoed everything.");
                ReadOnlyMemory<byte> echo = _received.AsMemory(0, result.Length);
                if (echo.Span.SequenceEqual(chunk.Span))
                    return resent;
                if (!echo.Span.SequenceEqual(previous.Span))
                    throw new ToolException($"{channel.RemoteEndPoint} sent back {echo.Length} bytes that differ from the {chunk.Length} bytes sent.");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                waited += wait;
                if (waited >= timeout)
                    throw new ToolException($"{channel.RemoteEndPoint} sent nothing back within {timeout.TotalSeconds:0.#} s.");
                wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LastResend.Ticks));
                resent++;
                await channel.SendAsync(chunk, cancellationToken);
            }
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
