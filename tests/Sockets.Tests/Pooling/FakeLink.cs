using System.Net;
using Sockets.Links;

namespace Sockets.Tests.Pooling;

/// <summary>A connection without a system behind it: the test says what comes on it.</summary>
internal sealed class FakeLink(IPEndPoint remote) : SocketLink
{
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isDisposed;

    /// <summary>What a receive finds: nothing, the end, or data.</summary>
    public volatile int Incoming = WouldBlock;

    public volatile Exception? Failure;

    /// <summary>Called by each receive.</summary>
    public Action? OnReceive { get; set; }

    /// <summary>Asynchronous operations wait for the end.</summary>
    public bool IsStuck { get; set; }

    public bool IsDisposed => _isDisposed != 0;

    public override bool IsDatagram => false;

    public override EndPoint? LocalEndPoint => null;

    public override EndPoint? RemoteEndPoint => remote;

    public override SystemSocket? Underlying => null;

    public override bool IsOpen => !IsDisposed;

    public override LinkWants Wants => LinkWants.None;

    public override bool Progress() => true;

    public override ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override int TryReceive(Span<byte> buffer)
    {
        OnReceive?.Invoke();
        return Failure is { } failure ? throw failure : Incoming;
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => IsStuck ? new(_ended.Task) : new(TryReceive(buffer.Span));

    public override int TrySend(ReadOnlySpan<byte> buffer) => Failure is { } failure ? throw failure : IsStuck ? WouldBlock : buffer.Length;

    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers) => 0;

    public override ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken) => IsStuck ? new(_ended.Task) : new(0);

    public override bool TryShutdownSend() => true;

    public override bool Wait(LinkWants wants, TimeSpan timeout) => true;

    public override void Abort() => Dispose();

    public override void Dispose()
    {
        Assert.Equal(0, Interlocked.Exchange(ref _isDisposed, 1));
        _ended.TrySetException(new ObjectDisposedException(nameof(FakeLink)));
    }
}
