using System;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Connecting;

/// <summary>What <c>connect</c> does once it is connected.</summary>
/// <param name="console">Where the bytes come from and go to.</param>
/// <param name="tell">Takes a line for each event.</param>
/// <param name="channel">Open.</param>
/// <param name="timeout">How long to wait for one answer.</param>
/// <param name="updateKeys">Whether to update the keys on the way.</param>
/// <param name="migrates">Whether to move to another port on the way.</param>
internal sealed class ClientSession(ToolConsole console, Action<string> tell, DtlsChannel channel, TimeSpan timeout, bool updateKeys, bool migrates)
{
    /// <summary>A server sends its tickets behind the handshake, and what it answers may overtake them: they are worth a moment.</summary>
    private static readonly TimeSpan TicketPatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan TicketInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether the end says what size of datagrams the path was found to carry.</summary>
    public bool TellsDatagramSize { get; init; }

    private int _sendingUpdatesReported;
    private int _receivingUpdatesReported;

    /// <summary>Where the tickets for the next connection go. Null: nobody wants them.</summary>
    public DtlsTicketCache? Tickets { get; init; }

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
        }

        if (keysPending)
            await UpdateKeysAsync(cancellationToken);
        if (movePending)
            await MigrateAsync(cancellationToken);
        tell(echo.Result(sent));
        return await EndAsync();
    }

    /// <summary>
    /// Copies standard input to the server and what it sends to standard output. Our close_notify goes out when that is over and not
    /// before: it would tell the server to end as well, whose answer may still be on its way.
    /// </summary>
    /// <param name="linger">How long the server may be silent when the input has ended.</param>
    /// <param name="cancellationToken">Ends it in good order.</param>
    public async Task<int> CopyAsync(TimeSpan linger, CancellationToken cancellationToken)
    {
        await SendRejectedAsync((datagram, token) => channel.SendAsync(datagram, token).AsTask(), cancellationToken);
        if (updateKeys)
            await UpdateKeysAsync(cancellationToken);
        var copy = new DatagramCopy(console, linger, (datagram, token) => channel.SendAsync(datagram, token).AsTask(), ReceiveAsync, () => channel.MaxDatagramLength);
        Task copying = copy.RunAsync(cancellationToken);
        try
        {
            if (migrates)
                await MigrateAsync(cancellationToken);
            await copying;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // SIGINT: close in good order.
        }

        return await EndAsync();
    }

    private async Task<int?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        DtlsReceiveResult result = await channel.ReceiveAsync(buffer, cancellationToken);
        ReportKeyUpdates();
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
            tell("early-data sent after the handshake");
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
        long start = TimeProvider.System.GetTimestamp();
        bool hasMoved;
        try
        {
            do
                hasMoved = await channel.MigrateAsync(null, cancellationToken); // gives up after a few of the round trips that it has measured
            while (!hasMoved && TimeProvider.System.GetElapsedTime(start) < timeout);
        }
        catch (InvalidOperationException exception)
        {
            throw new ToolException($"{exception.Message} A server is asked for connection IDs with --cid LENGTH, as in 'sockets serve --cid 8'.", exception);
        }

        if (!hasMoved)
            throw new ToolException($"{channel.RemoteEndPoint} did not answer to another port; the connection was still at {before}.");
        tell($"migrated from={before} to={channel.LocalEndPoint}");
    }

    private async Task WaitForTicketsAsync()
    {
        long start = TimeProvider.System.GetTimestamp();
        while (Tickets is { Count: 0 } && !channel.Completion.IsCompleted && TimeProvider.System.GetElapsedTime(start) < TicketPatience)
            await Task.Delay(TicketInterval);
    }

    private void ReportKeyUpdates()
    {
        for (; _sendingUpdatesReported < channel.SendingKeyUpdates; _sendingUpdatesReported++)
            tell("key-update sent");
        for (; _receivingUpdatesReported < channel.ReceivingKeyUpdates; _receivingUpdatesReported++)
            tell("key-update received");
    }

    private async Task<int> EndAsync()
    {
        ReportKeyUpdates();
        await WaitForTicketsAsync();
        if (TellsDatagramSize)
            tell($"datagrams carry up to {channel.MaxDatagramLength} bytes");
        await channel.DisposeAsync();
        DtlsException? failure = await channel.Completion;
        tell(ChannelText.Closed(channel, failure));
        if (failure is not null)
            throw new ToolException(failure.Message, failure);
        return 0;
    }
}
