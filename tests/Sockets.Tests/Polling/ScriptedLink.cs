using System.Net;
using Sockets.Links;

namespace Sockets.Tests.Polling;

/// <summary>A link whose state the test sets, over a real system socket or none.</summary>
internal sealed class ScriptedLink(SystemSocket? underlying) : SocketLink
{
    private volatile bool _isOpen;
    private int _pending;

    /// <summary>How often the poll has asked it to go on.</summary>
    public int Progressed { get; private set; }

    /// <summary>What it does then.</summary>
    public Action<ScriptedLink>? OnProgress { get; set; }

    /// <summary>Something is decrypted, or queued.</summary>
    public bool IsReadable
    {
        get => Volatile.Read(ref _pending) > 0;
        set => Volatile.Write(ref _pending, value ? 1 : 0);
    }

    /// <summary>What a receive finds in the system's socket.</summary>
    public Func<bool> TakeFromSystem { get; set; } = static () => false;

    /// <summary>Whether the system's socket takes what is sent.</summary>
    public Func<bool> HasRoom { get; set; } = static () => true;

    /// <summary>What a wait of so long comes to.</summary>
    public Func<TimeSpan, bool>? OnWait { get; set; }

    public bool IsReadyToSend { get; set; } = true;

    public bool IsReleased { get; private set; }

    public LinkWants NowWants { get; set; }

    public long Timeout { get; set; } = long.MaxValue;

    public override bool IsDatagram => false;

    public override EndPoint? LocalEndPoint => null;

    public override EndPoint? RemoteEndPoint => null;

    public override SystemSocket? Underlying => underlying;

    public override bool IsOpen => _isOpen;

    public override LinkWants Wants => NowWants;

    public override bool HasPendingData => IsReadable;

    public override bool CanSend => _isOpen && IsReadyToSend;

    public override long NextTimeout => Timeout;

    public void Open(LinkWants wants = LinkWants.None)
    {
        NowWants = wants;
        _isOpen = true;
    }

    /// <summary>One byte more is decrypted, on any thread.</summary>
    public void Arrive()
    {
        Interlocked.Increment(ref _pending);
        Changed?.Invoke();
    }

    /// <summary>So many bytes more are decrypted, as the link goes on.</summary>
    public void Add(int count) => Interlocked.Add(ref _pending, count);

    public override bool Progress()
    {
        Progressed++;
        OnProgress?.Invoke(this);
        return _isOpen;
    }

    public override ValueTask OpenAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Takes what is pending, as if it were one byte.</summary>
    public override int TryReceive(Span<byte> buffer)
    {
        bool wasReadable = IsReadable;
        if (wasReadable)
            Interlocked.Decrement(ref _pending);
        return wasReadable || (_isOpen && TakeFromSystem()) ? 1 : WouldBlock;
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override int TrySend(ReadOnlySpan<byte> buffer) => CanSend && (NowWants & LinkWants.Write) == 0 && HasRoom() ? buffer.Length : WouldBlock;

    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers) => throw new NotSupportedException();

    public override ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override bool TryShutdownSend() => true;

    public override bool Wait(LinkWants wants, TimeSpan timeout) => OnWait?.Invoke(timeout) ?? throw new NotSupportedException();

    public override void Abort() => Dispose();

    public override void Dispose() => IsReleased = true;
}
