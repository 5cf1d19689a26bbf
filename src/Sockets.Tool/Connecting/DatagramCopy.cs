using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Connecting;

/// <summary>
/// Standard input to the peer and what the peer sends to standard output, byte for byte: each piece of the input is a datagram.
/// Datagrams have no half-close, so nobody knows when the last answer has come: after the end of the input it is over when the peer
/// ends, or has been silent for a while.
/// </summary>
/// <param name="console">Where the bytes come from and go to.</param>
/// <param name="linger">How long the peer may be silent after the end of the input.</param>
/// <param name="sendAsync">Sends one datagram.</param>
/// <param name="receiveAsync">Receives one: its length; null: the peer has ended.</param>
/// <param name="getLargest">What fits into one datagram now.</param>
internal sealed class DatagramCopy(
    ToolConsole console,
    TimeSpan linger,
    Func<ReadOnlyMemory<byte>, CancellationToken, Task> sendAsync,
    Func<Memory<byte>, CancellationToken, Task<int?>> receiveAsync,
    Func<int> getLargest)
{
    private const int LargestDatagram = 65_536;

    /// <summary>When sending fails, the peer may have ended: that is worth a moment.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <returns>How many bytes came.</returns>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = Task.Run(() => SendInputAsync(stopping.Token), CancellationToken.None);
        _ = sending.ContinueWith(ended => Limit(patience, ended), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        byte[] buffer = new byte[LargestDatagram];
        long received = 0;
        try
        {
            while (true)
            {
                if (await receiveAsync(buffer, patience.Token) is not { } length)
                    return received; // what is still typed is not sent any more
                received += length;
                await console.OutBytes.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
                await console.OutBytes.FlushAsync(cancellationToken);
                if (sending.IsCompleted)
                    Limit(patience, sending); // from now on
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await sending;
            return received;
        }
        finally
        {
            await stopping.CancelAsync();
        }
    }

    private void Limit(CancellationTokenSource patience, Task sending)
    {
        try
        {
            patience.CancelAfter(sending.IsFaulted ? LastWords : linger);
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    private async Task SendInputAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[DatagramEcho.LargestChunk];
        while (await console.In.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, getLargest())), cancellationToken) is var length and > 0)
            await sendAsync(buffer.AsMemory(0, length), cancellationToken);
    }
}
