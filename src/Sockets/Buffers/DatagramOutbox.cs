using System;
using System.Net;
using System.Threading;
using Sockets.Platform;

namespace Sockets.Buffers;

/// <summary>
/// Datagrams that will be sent together: they are written one behind the other into a pinned slab, their destinations into
/// parallel arrays. Rented for a turn and given back. One thread at a time.
/// </summary>
internal sealed class DatagramOutbox
{
    /// <summary>Datagrams at most.</summary>
    public const int Capacity = DatagramIo.MaxRunCount;

    // One run: more would leave the cache before the system reads it.
    private const int SlabSize = 65_536;
    private const int NameStride = 32;

    private static readonly DatagramOutbox?[] s_idle = new DatagramOutbox?[2 * Environment.ProcessorCount];

    private readonly byte[] _slab = GC.AllocateUninitializedArray<byte>(SlabSize, pinned: true);
    private readonly byte[] _names = new byte[Capacity * NameStride];
    private readonly int[] _lengths = new int[Capacity];
    private readonly LocalAddress[] _from = new LocalAddress[Capacity];
    private int _used;
    private int _nameLength;

    private DatagramOutbox()
    {
    }

    public int Count { get; private set; }

    /// <summary>Where the next datagram is written; empty when there is no room for another.</summary>
    public Span<byte> Free => Count < Capacity ? _slab.AsSpan(_used) : default;

    public ReadOnlySpan<byte> Data => _slab.AsSpan(0, _used);

    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    /// <summary>The ways of the datagrams; not looked at where all go one way.</summary>
    public DatagramRoutes Routes => new(_names, NameStride, _nameLength, _from);

    public static DatagramOutbox Rent()
    {
        foreach (ref DatagramOutbox? idle in s_idle.AsSpan())
        {
            if (idle is not null && Interlocked.Exchange(ref idle, null) is { } outbox)
                return outbox;
        }

        return new DatagramOutbox();
    }

    public void Return()
    {
        Clear();
        foreach (ref DatagramOutbox? idle in s_idle.AsSpan())
        {
            if (idle is null && Interlocked.CompareExchange(ref idle, this, null) is null)
                return;
        }
    }

    /// <summary>A datagram was written to <see cref="Free"/>; all go one way.</summary>
    public void Add(int length)
    {
        _lengths[Count++] = length;
        _used += length;
    }

    /// <summary>A datagram was written to <see cref="Free"/>.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="destination">Null on a connected socket, which the others have then as well.</param>
    /// <param name="from">The local address to send from.</param>
    public void Add(int length, SocketAddress? destination, in LocalAddress from)
    {
        _from[Count] = from;
        _nameLength = destination?.Size ?? 0;
        destination?.Buffer.Span[.._nameLength].CopyTo(_names.AsSpan(Count * NameStride));
        Add(length);
    }

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }
}
