using System;
using System.Threading;

namespace Sockets.Links.Dtls;

/// <summary>
/// Bytes that the receive queues of all connections of a server may hold together. What they really hold are buffers, larger than what
/// waits in them and kept for a while when nothing does: those have a limit as well, <see cref="BuffersPerByte"/> times as high. Safe from any thread.
/// </summary>
internal sealed class QueueBudget(long limit)
{
    /// <summary>A buffer that is too small is replaced by one of twice its size, so no more than that is ever needed.</summary>
    public const int BuffersPerByte = 2;

    private readonly long _bufferLimit = Math.Min(limit, long.MaxValue / BuffersPerByte) * BuffersPerByte;
    private long _used;
    private long _buffers;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>Bytes of buffers, beyond the smallest one that each queue may have.</summary>
    public long Buffers => Interlocked.Read(ref _buffers);

    /// <summary>Whether buffers that are empty had better be given back at once.</summary>
    public bool IsShort => Buffers > _bufferLimit / 2;

    public bool TryTake(int bytes) => TryAdd(ref _used, bytes, limit);

    public void Give(int bytes) => Interlocked.Add(ref _used, -bytes);

    public bool TryTakeBuffer(int bytes) => TryAdd(ref _buffers, bytes, _bufferLimit);

    public void GiveBuffer(int bytes) => Interlocked.Add(ref _buffers, -bytes);

    private static bool TryAdd(ref long sum, int bytes, long most)
    {
        if (Interlocked.Add(ref sum, bytes) <= most)
            return true;
        Interlocked.Add(ref sum, -bytes);
        return false;
    }
}
