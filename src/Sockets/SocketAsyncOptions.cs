using System;
using System.Buffers;
using System.Threading;
using Microsoft.Extensions.ObjectPool;
using Sockets.Engine;

namespace Sockets;

/// <summary>
/// How a <see cref="SocketAsync"/> queues and buffers. One options object for many sockets: they share its buffers and the
/// objects behind their operations, so that idle connections hold neither. Not to be changed once in use.
/// </summary>
public sealed class SocketAsyncOptions
{
    private const int OperationsKept = 1024;

    private ObjectPool<QueuedOperation>? _operations;
    private MemoryPool<byte>? _pool;

    /// <summary>Where the buffers of <see cref="SocketAsync.Input"/> and <see cref="SocketAsync.Output"/> come from. Default: a <see cref="SlabPool"/> of these options.</summary>
    public MemoryPool<byte> Pool
    {
        get => _pool ?? Interlocked.CompareExchange(ref _pool, new SlabPool(), null) ?? _pool;
        set => _pool = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>So many received bytes may lie unread in <see cref="SocketAsync.Input"/> before no more are received. Default: 256 KiB.</summary>
    public long InputPauseThreshold
    {
        get;
        set => field = value > 0 ? value : throw TooSmall(value, nameof(InputPauseThreshold));
    } = 256 * 1024;

    /// <summary>Receiving goes on when so few are left; at most <see cref="InputPauseThreshold"/>. Default: 128 KiB.</summary>
    public long InputResumeThreshold
    {
        get => Math.Min(field, InputPauseThreshold);
        set => field = value > 0 ? value : throw TooSmall(value, nameof(InputResumeThreshold));
    } = 128 * 1024;

    /// <summary>So many written bytes may lie unsent in <see cref="SocketAsync.Output"/> before a flush waits. Default: 256 KiB.</summary>
    public long OutputPauseThreshold
    {
        get;
        set => field = value > 0 ? value : throw TooSmall(value, nameof(OutputPauseThreshold));
    } = 256 * 1024;

    /// <summary>A flush that waits goes on when so few are left; at most <see cref="OutputPauseThreshold"/>. Default: 128 KiB.</summary>
    public long OutputResumeThreshold
    {
        get => Math.Min(field, OutputPauseThreshold);
        set => field = value > 0 ? value : throw TooSmall(value, nameof(OutputResumeThreshold));
    } = 128 * 1024;

    /// <summary>Waits until there is something to receive before it rents a buffer. Costs one system call more. Default: true.</summary>
    public bool WaitBeforeRenting { get; set; } = true;

    /// <summary>
    /// Runs what waits for a completion, and what reads <see cref="SocketAsync.Input"/>, on the thread that brought it instead of on the thread
    /// pool: faster, and what blocks there holds up the socket. Default: false.
    /// </summary>
    public bool InlineCompletions { get; set; }

    /// <summary>The clock of the time limits of single operations.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal static SocketAsyncOptions Default { get; } = new();

    internal ObjectPool<QueuedOperation> Operations =>
        _operations ?? Interlocked.CompareExchange(ref _operations, new DefaultObjectPool<QueuedOperation>(new QueuedOperationPolicy(this), OperationsKept), null) ?? _operations;

    private static ArgumentOutOfRangeException TooSmall(long value, string name) => new(nameof(value), value, $"{name} is 1 or more: without a limit a peer could fill the memory.");
}
