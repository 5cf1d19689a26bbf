using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;
using Sockets.Buffers;

namespace Sockets;

/// <summary>
/// Buffers of one size, cut from pinned slabs: they never move, so that system calls need not pin them, and cost nothing when
/// they are rented again. Slabs are kept until the pool is collected. For any thread; no locks where a buffer is at hand.
/// </summary>
public sealed class SlabPool : MemoryPool<byte>
{
    private readonly ConcurrentQueue<BufferLease> _free = new();
    private readonly Lane[] _lanes;
    private readonly Lock _growing = new();
    private readonly int _blockSize;
    private readonly int _blocksPerSlab;
    private readonly int _maxSlabs;
    private readonly bool _clearOnReturn;
    private int _slabs;
    private int _rented;
    private int _peak;
    private bool _isDisposed;

    /// <summary>A pool that has taken nothing yet.</summary>
    /// <param name="options">Null: the defaults.</param>
    public SlabPool(SlabPoolOptions? options = null)
    {
        options ??= new SlabPoolOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SlabSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes, options.BlockSize);
        _blockSize = options.BlockSize;
        _blocksPerSlab = (int)Math.Min(Math.Max(1, options.SlabSize / _blockSize), options.MaxBytes / _blockSize);
        _maxSlabs = (int)Math.Min(int.MaxValue / _blocksPerSlab, options.MaxBytes / ((long)_blocksPerSlab * _blockSize));
        _clearOnReturn = options.ClearOnReturn;
        DetectsMisuse = options.DetectMisuse;
        _lanes = new Lane[Environment.ProcessorCount];
    }

    /// <summary>Bytes of one buffer, and the most that can be rented at a time.</summary>
    public override int MaxBufferSize => _blockSize;

    /// <summary>What is out, and what was taken from the system.</summary>
    public SlabPoolStatistics Statistics
    {
        get
        {
            int slabs = Volatile.Read(ref _slabs);
            return new SlabPoolStatistics(Volatile.Read(ref _rented), Volatile.Read(ref _peak), slabs, (long)slabs * _blocksPerSlab * _blockSize);
        }
    }

    internal static bool IsDebugBuild { get; } = FindDebugBuild();

    internal bool DetectsMisuse { get; }

    /// <summary>Rents a buffer, which has <see cref="MaxBufferSize"/> bytes whatever was asked for and whatever in it.</summary>
    /// <param name="minBufferSize">At most <see cref="MaxBufferSize"/>; -1: that.</param>
    /// <exception cref="ArgumentOutOfRangeException">The pool's buffers are smaller.</exception>
    /// <exception cref="SocketFailureException">The pool has no more (<see cref="SocketFailureReason.LimitReached"/>).</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, _blockSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(minBufferSize, -1);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        BufferLease lease = Take();
        if (DetectsMisuse)
            lease = new BufferLease(this, lease.Block);
        lease.HandOut();
        int rented = Interlocked.Increment(ref _rented);
        for (int peak = Volatile.Read(ref _peak); rented > peak;)
        {
            int seen = Interlocked.CompareExchange(ref _peak, rented, peak);
            if (seen == peak)
                break;
            peak = seen;
        }

        return lease;
    }

    internal void Return(BufferLease lease)
    {
        Interlocked.Decrement(ref _rented);
        if (DetectsMisuse)
            lease.Block.Span.Fill(0xDB);
        if (_clearOnReturn)
            lease.Block.Span.Clear();
        if (_isDisposed)
            return;
        if (Interlocked.Exchange(ref LaneOfThisProcessor.Lease, lease) is { } other)
            _free.Enqueue(other);
    }

    /// <summary>Nothing is rented from here any more. Buffers that are out stay valid until they are returned.</summary>
    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        _free.Clear();
        foreach (ref Lane lane in _lanes.AsSpan())
            lane.Lease = null;
    }

    private ref Lane LaneOfThisProcessor => ref _lanes[(uint)Thread.GetCurrentProcessorId() % (uint)_lanes.Length];

    private BufferLease Take()
    {
        if (TryTake(out BufferLease? lease))
            return lease;
        lock (_growing)
        {
            // While this thread waited, another may have brought a slab.
            if (TryTake(out lease))
                return lease;
            if (_slabs == _maxSlabs)
                return TakeFromAnyLane() ?? throw new SocketFailureException(SocketFailureReason.LimitReached, $"All {(long)_maxSlabs * _blocksPerSlab} buffers of the pool are in use: {nameof(SlabPoolOptions)}.{nameof(SlabPoolOptions.MaxBytes)} allows no more.");
            byte[] slab = GC.AllocateUninitializedArray<byte>(_blocksPerSlab * _blockSize, pinned: true);
            for (int i = 1; i < _blocksPerSlab; i++)
                _free.Enqueue(new BufferLease(this, MemoryMarshal.CreateFromPinnedArray(slab, i * _blockSize, _blockSize)));
            Volatile.Write(ref _slabs, _slabs + 1);
            return new BufferLease(this, MemoryMarshal.CreateFromPinnedArray(slab, 0, _blockSize));
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BufferLease? lease)
    {
        lease = Interlocked.Exchange(ref LaneOfThisProcessor.Lease, null);
        return lease is not null || _free.TryDequeue(out lease);
    }

    private BufferLease? TakeFromAnyLane()
    {
        foreach (ref Lane lane in _lanes.AsSpan())
        {
            if (Interlocked.Exchange(ref lane.Lease, null) is { } lease)
                return lease;
        }

        _free.TryDequeue(out BufferLease? returned); // one that came back meanwhile
        return returned;
    }

    private static bool FindDebugBuild()
    {
        bool isDebug = false;
        Set(ref isDebug);
        return isDebug;

        [Conditional("DEBUG")]
        static void Set(ref bool value) => value = true;
    }

    /// <summary>One buffer for the threads of one processor, in a cache line of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Lane
    {
        [FieldOffset(64)]
        public BufferLease? Lease;
    }
}
