using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Connecting;

/// <summary>
/// Sends chunks in datagrams to an echoing peer, one at a time, each until its echo is there. The chunks carry nothing of ours,
/// so that any echoing peer will do. An echo that comes twice is that of a chunk that was sent twice.
/// </summary>
/// <param name="peer">Its address, for messages.</param>
/// <param name="timeout">How long to wait for one echo.</param>
/// <param name="sendAsync">Sends one datagram.</param>
/// <param name="receiveAsync">Receives one: its length; null: the peer has closed the connection.</param>
internal sealed class DatagramEcho(
    string peer,
    TimeSpan timeout,
    Func<ReadOnlyMemory<byte>, CancellationToken, Task> sendAsync,
    Func<Memory<byte>, CancellationToken, Task<int?>> receiveAsync)
{
    /// <summary>Fits into one datagram of everybody who echoes it.</summary>
    public const int LargestChunk = 1024;

    private const int LargestDatagram = 65_536;

    private static readonly TimeSpan FirstResend = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastResend = TimeSpan.FromSeconds(2);

    private readonly byte[] _received = new byte[LargestDatagram];
    private ReadOnlyMemory<byte> _previous;

    /// <summary>How many datagrams were sent again.</summary>
    public long Resent { get; private set; }

    public async Task ExchangeAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        TimeSpan waited = TimeSpan.Zero;
        TimeSpan wait = FirstResend;
        await sendAsync(chunk, cancellationToken);
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(wait);
            try
            {
                if (await receiveAsync(_received, patience.Token) is not { } length)
                    throw new ToolException($"{peer} closed the connection before it had echoed everything.");
                ReadOnlyMemory<byte> echo = _received.AsMemory(0, length);
                if (echo.Span.SequenceEqual(chunk.Span))
                    break;
                if (!echo.Span.SequenceEqual(_previous.Span))
                    throw new ToolException($"{peer} sent back {echo.Length} bytes that differ from the {chunk.Length} bytes sent.");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                waited += wait;
                if (waited >= timeout)
                    throw new ToolException($"{peer} sent nothing back within {timeout.TotalSeconds:0.#} s.");
                wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LastResend.Ticks));
                Resent++;
                await sendAsync(chunk, cancellationToken);
            }
        }

        _previous = chunk.ToArray();
    }

    public string Result(long sent) => $"sent {sent} bytes, received {sent} bytes back, identical{(Resent > 0 ? $" (datagrams resent: {Resent})" : "")}";
}
