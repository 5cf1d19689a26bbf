using System;
using System.Buffers;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Threading;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>
/// Datagrams that came to another socket, on their way to the driver they are for: a ring of bounded length, in which each is a
/// copy with the path it took. Any thread adds; one at a time takes. Allocates nothing once its buffers are there.
/// </summary>
/// <remarks>
/// No connection may have more here than there are places left, nor more bytes of long datagrams, but for one, than are left for those. So one alone gets half of them, two get a third each, and whoever
/// copies datagrams of some connections, and sends as many as it likes, leaves room for all others.
/// </remarks>
internal sealed class ForwardedDatagrams(int capacity)
{
    /// <summary>Buffers up to this size stay in the ring; what is longer gets one for itself.</summary>
    private const int KeptSize = 2048;

    /// <summary>What a ring has at most, in bytes: the buffers that stay, and as much again, or the longest datagram there is, for longer ones.</summary>
    public static long MaxBytes(int capacity) => (long)capacity * KeptSize + LongBytes(capacity);

    private readonly Lock _gate = new();
    private readonly Slot[] _slots = new Slot[capacity];

    /// <summary>How many wait of each connection that has any, and the bytes of the long ones.</summary>
    private readonly Dictionary<object, (int Count, long LongBytes)> _waiting = [];
    private int _head;
    private int _count;

    /// <summary>In buffers that are longer than those that stay.</summary>
    private long _longBytes;
    private bool _isClosed;

    /// <summary>Takes a copy. False: there is no room, or nobody takes any more.</summary>
    /// <param name="connection">Whose it seems to be.</param>
    /// <param name="path">The path it took.</param>
    /// <param name="datagram">The datagram.</param>
    public bool TryAdd(object connection, in DtlsPath path, ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            int size = Math.Max((int)BitOperations.RoundUpToPowerOf2((uint)datagram.Length), KeptSize); // as the pool's are
            int longSize = size > KeptSize ? size : 0;
            long longLeft = LongBytes(_slots.Length) - _longBytes;
            (int count, long longBytes) = _waiting.GetValueOrDefault(connection);
            if (_isClosed || count >= _slots.Length - _count || longSize > longLeft || (longSize > 0 && longBytes > 0 && longBytes + longSize > longLeft))
                return false;
            _waiting[connection] = (count + 1, longBytes + longSize);
            ref Slot slot = ref _slots[(_head + _count) % _slots.Length];
            if (slot.Buffer is null || slot.Buffer.Length < size)
            {
                Give(ref slot);
                slot.Buffer = ArrayPool<byte>.Shared.Rent(size);
            }

            _longBytes += longSize;
            slot.LongSize = longSize;

            datagram.CopyTo(slot.Buffer);
            slot.Length = datagram.Length;
            slot.Path = path;
            slot.Connection = connection;
            _count++;
            return true;
        }
    }

    /// <summary>The oldest one, which stays where it is, to be overwritten, until <see cref="Release"/>.</summary>
    public bool TryPeek(out DtlsPath path, out Span<byte> datagram)
    {
        lock (_gate)
        {
            ref Slot slot = ref _slots[_head];
            path = slot.Path;
            datagram = _count == 0 ? default : slot.Buffer.AsSpan(0, slot.Length);
            return _count > 0;
        }
    }

    /// <summary>The oldest one was dealt with. It may have been decrypted where it lies, so its bytes go.</summary>
    public void Release()
    {
        lock (_gate)
        {
            if (_count == 0)
                return; // closed meanwhile
            ref Slot slot = ref _slots[_head];
            slot.Buffer.AsSpan(0, slot.Length).Clear();
            if (slot.Buffer!.Length > KeptSize)
                Give(ref slot);
            _longBytes -= slot.LongSize;
            ref (int Count, long LongBytes) waiting = ref CollectionsMarshal.GetValueRefOrNullRef(_waiting, slot.Connection!);
            waiting = (waiting.Count - 1, waiting.LongBytes - slot.LongSize);
            if (waiting.Count == 0)
                _waiting.Remove(slot.Connection!);
            slot.Connection = null;
            _head = (_head + 1) % _slots.Length;
            _count--;
        }
    }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _count == 0;
        }
    }

    /// <summary>Takes no more, and gives its buffers back. By whoever takes, between two datagrams.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            for (int i = 0; i < _count; i++)
            {
                ref Slot slot = ref _slots[(_head + i) % _slots.Length];
                slot.Buffer.AsSpan(0, slot.Length).Clear();
            }

            _count = 0;
            _longBytes = 0;
            _waiting.Clear();
            foreach (ref Slot slot in _slots.AsSpan())
            {
                Give(ref slot);
                slot.Connection = null;
            }
        }
    }

    private static long LongBytes(int capacity) => Math.Max((long)capacity * KeptSize, 1 << 16);

    private static void Give(ref Slot slot)
    {
        if (slot.Buffer is not null)
            ArrayPool<byte>.Shared.Return(slot.Buffer);
        slot.Buffer = null;
    }

    private struct Slot
    {
        public byte[]? Buffer;
        public int Length;
        public int LongSize; // of a buffer that does not stay
        public DtlsPath Path;
        public object? Connection;
    }
}
