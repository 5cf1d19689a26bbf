using System;
using System.Buffers;
using System.Threading;

namespace Sockets.Buffers;

/// <summary>
/// One block of a slab, and the right to use it until <see cref="Dispose"/>. The pool hands the same object out again, unless
/// it looks for misuse.
/// </summary>
internal sealed class BufferLease(SlabPool pool, Memory<byte> block) : IMemoryOwner<byte>
{
    private int _isOut;

    public Memory<byte> Memory
    {
        get
        {
            if (pool.DetectsMisuse && Volatile.Read(ref _isOut) == 0)
                throw new ObjectDisposedException(nameof(BufferLease), "The buffer was returned to its pool and may be another's by now.");
            return block;
        }
    }

    /// <summary>The block, whoever has it.</summary>
    public Memory<byte> Block => block;

    public void HandOut() => Volatile.Write(ref _isOut, 1);

    /// <summary>Returns the block.</summary>
    /// <exception cref="InvalidOperationException">It was returned before.</exception>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOut, 0) == 0)
            throw new InvalidOperationException("The buffer was returned to its pool before.");
        pool.Return(this);
    }
}
