using System;
using System.Threading;
using System.Threading.Tasks;
using System.Runtime.InteropServices;
using Sockets.Engine;

namespace Sockets;

public sealed partial class SocketAsync
{
    private SendOperations? _sends;
    private ReceiveOperations? _receives;

    /// <summary>
    /// Queues a send of the whole buffer, behind the sends before it. Cancelled while it waits in the queue it leaves it,
    /// with nothing sent; cancelled under way it returns how many bytes were accepted, exactly, or throws when none were.
    /// What is queued behind it goes on.
    /// </summary>
    /// <param name="buffer">The bytes; on datagram sockets one datagram. Not to be changed before completion.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SocketFailureException">The connection failed; everything queued behind fails likewise, in order.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Output"/> is in use.</exception>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        SendAsync(buffer, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <param name="buffer">The bytes; on datagram sockets one datagram. Not to be changed before completion.</param>
    /// <param name="timeout">How long it may take, the wait in the queue included: then it ends as if cancelled, with <see cref="SocketFailureReason.TimedOut"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <inheritdoc cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        OperationQueue queue = UseSends();
        CheckTimeout(timeout);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        QueuedOperation operation = _options.Operations.Get();
        var task = new ValueTask<int>(operation, operation.Version);
        operation.Prepare(queue, MemoryMarshal.AsMemory(buffer), timeout, cancellationToken);
        queue.Enqueue(operation);
        return task;
    }

    /// <summary>
    /// Queues a receive, behind the receives before it. Cancelled, in the queue or under way, it takes nothing: what comes
    /// is for the next.
    /// </summary>
    /// <param name="buffer">Takes the bytes. Empty on a stream: waits until there are any.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SocketFailureException">The connection failed; everything queued behind fails likewise, in order.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Input"/> is in use.</exception>
    public ValueTask<SocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReceiveAsync(buffer, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <param name="buffer">Takes the bytes. Empty on a stream: waits until there are any.</param>
    /// <param name="timeout">How long it may take, the wait in the queue included: then it ends as if cancelled, with <see cref="SocketFailureReason.TimedOut"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <inheritdoc cref="ReceiveAsync(Memory{byte}, CancellationToken)"/>
    public ValueTask<SocketReceiveResult> ReceiveAsync(Memory<byte> buffer, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        OperationQueue queue = UseReceives();
        CheckTimeout(timeout);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<SocketReceiveResult>(cancellationToken);
        QueuedOperation operation = _options.Operations.Get();
        var task = new ValueTask<SocketReceiveResult>(operation, operation.Version);
        operation.Prepare(queue, buffer, timeout, cancellationToken);
        queue.Enqueue(operation);
        return task;
    }

    /// <summary>
    /// Queues several operations at once. Sends that stand together are sent by one system call where the socket takes them;
    /// each completes for itself, in order.
    /// </summary>
    /// <param name="operations">Sends and receives.</param>
    /// <param name="completions">Takes the completion of each, at the same place. Each is to be awaited once.</param>
    public void Submit(ReadOnlySpan<SocketOperation> operations, Span<ValueTask<SocketOperationResult>> completions)
    {
        if (completions.Length < operations.Length)
            throw new ArgumentException("There must be room for every completion.", nameof(completions));
        foreach (ref readonly SocketOperation operation in operations)
        {
            CheckTimeout(operation.Timeout);
            _ = operation.IsSend ? (OperationQueue)UseSends() : UseReceives();
        }

        var sends = new OperationChain();
        var receives = new OperationChain();
        for (int i = 0; i < operations.Length; i++)
        {
            ref readonly SocketOperation operation = ref operations[i];
            QueuedOperation queued = _options.Operations.Get();
            completions[i] = new ValueTask<SocketOperationResult>(queued, queued.Version);
            queued.Prepare(operation.IsSend ? UseSends() : UseReceives(), operation.Buffer, operation.Timeout, operation.CancellationToken);
            if (operation.IsSend)
                sends.Add(queued);
            else
                receives.Add(queued);
        }

        if (receives.First is { } receive)
            UseReceives().Enqueue(receive);
        if (sends.First is { } send)
            UseSends().Enqueue(send);
    }

    private SendOperations UseSends()
    {
        Use(ref _outputFace, Face.Operations, nameof(Output));
        return Volatile.Read(ref _sends) ?? Interlocked.CompareExchange(ref _sends, new SendOperations(Socket), null) ?? _sends;
    }

    private ReceiveOperations UseReceives()
    {
        Use(ref _inputFace, Face.Operations, nameof(Input));
        return Volatile.Read(ref _receives) ?? Interlocked.CompareExchange(ref _receives, new ReceiveOperations(Socket), null) ?? _receives;
    }

    private static void CheckTimeout(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is longer than nothing, or Timeout.InfiniteTimeSpan.");
    }
}
