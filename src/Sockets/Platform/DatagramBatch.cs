using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Sockets.Platform;

/// <summary>
/// Room for what one turn of a socket receives: a pinned slab and parallel arrays, no object per datagram. Rented for as long
/// as something in it has not been taken, so that sockets that wait hold none. One thread at a time.
/// </summary>
internal sealed partial class DatagramBatch
{
    /// <summary>Messages of one receive at most.</summary>
    public static int MaxMessages { get; } = OperatingSystem.IsLinux() ? 32 : 1;

    // No UDP payload is longer, nor several in one piece. Not a power of two: else the beginnings of all messages, which is all
    // there is of small ones, would share a few sets of the caches.
    private const int Room = 65_536;
    private const int Stride = Room + 1344;

    private static readonly DatagramBatch?[] s_idle = new DatagramBatch?[2 * Environment.ProcessorCount];

    private readonly byte[] _slab = GC.AllocateUninitializedArray<byte>(MaxMessages * Stride, pinned: true);
    private readonly int[] _lengths = new int[MaxMessages];
    private readonly int[] _segmentSizes = new int[MaxMessages];
    private readonly bool[] _truncated = new bool[MaxMessages];
    private readonly LocalAddress[] _local = new LocalAddress[MaxMessages];
    private SocketAddress? _source;
    private int _next;
    private int _offset;

    private DatagramBatch() => Prepare();

    /// <summary>Messages received, each of one or more datagrams.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a datagram has not been taken yet.</summary>
    public bool HasNext => _next < Count;

    /// <summary>The message that the next datagram is part of.</summary>
    public int NextMessage => _next;

    /// <summary>Bytes of the next datagram.</summary>
    public int NextLength => Math.Min(_segmentSizes[_next], _lengths[_next] - _offset);

    public static DatagramBatch Rent()
    {
        foreach (ref DatagramBatch? idle in s_idle.AsSpan())
        {
            if (idle is not null && Interlocked.Exchange(ref idle, null) is { } batch)
                return batch;
        }

        return new DatagramBatch();
    }

    public void Return()
    {
        Clear();
        foreach (ref DatagramBatch? idle in s_idle.AsSpan())
        {
            if (idle is null && Interlocked.CompareExchange(ref idle, this, null) is null)
                return;
        }
    }

    /// <summary>Receives what is there: at least one message, or the error.</summary>
    /// <param name="socket">A bound datagram socket; this does not wait.</param>
    /// <param name="abilities">The socket's.</param>
    /// <param name="maxMessages">At most so many.</param>
    /// <param name="wantsSource">Whether the senders' addresses are asked for.</param>
    public SocketError Receive(SystemSocket socket, DatagramAbilities abilities, int maxMessages, bool wantsSource)
    {
        Clear();
        return OperatingSystem.IsLinux()
            ? ReceiveByKernel(socket.SafeHandle, abilities, Math.Min(maxMessages, MaxMessages), wantsSource)
            : ReceivePortably(socket, wantsSource);
    }

    /// <summary>The next datagram, which stays to be taken.</summary>
    public ReadOnlySpan<byte> PeekNext() => _slab.AsSpan((_next * Stride) + _offset, NextLength);

    /// <summary>Takes the next datagram.</summary>
    public Span<byte> TakeNext()
    {
        Span<byte> datagram = _slab.AsSpan((_next * Stride) + _offset, NextLength);
        _offset += datagram.Length;
        if (_offset < _lengths[_next])
            return datagram;
        _offset = 0;
        _next++;
        return datagram;
    }

    /// <summary>The bytes of a message: one datagram, or several one behind the other.</summary>
    public Span<byte> Bytes(int index) => _slab.AsSpan(index * Stride, _lengths[index]);

    /// <summary>Bytes of each datagram in a message; the last may be shorter. Never 0.</summary>
    public int SegmentSize(int index) => _segmentSizes[index];

    /// <summary>Whether the end of a message did not fit.</summary>
    public bool IsTruncated(int index) => _truncated[index];

    /// <summary>Which of our addresses it was sent to; the default value where the system does not tell.</summary>
    public ref readonly LocalAddress Local(int index) => ref _local[index];

    /// <summary>Who sent it, as the system has it. Only where it was asked for.</summary>
    public ReadOnlySpan<byte> Source(int index) => OperatingSystem.IsLinux() ? Name(index) : _source!.Buffer.Span[.._source.Size];

    private partial void Prepare();

    private void Clear()
    {
        Count = 0;
        _next = 0;
        _offset = 0;
    }

    internal SocketError ReceivePortably(SystemSocket socket, bool wantsSource)
    {
        if (wantsSource && _source?.Family != socket.AddressFamily)
            _source = new SocketAddress(socket.AddressFamily, SocketAddress.GetMaximumAddressSize(socket.AddressFamily));
        Clear();
        SocketError error = DatagramIo.ReceivePortably(socket, _slab.AsSpan(0, Room), wantsSource ? _source : null, out DatagramInfo info);
        if (error != SocketError.Success)
            return error;
        Add(info.Length, 0, info.IsTruncated, info.LocalAddress);
        return SocketError.Success;
    }

    private void Add(int length, int segmentSize, bool isTruncated, in LocalAddress local)
    {
        _lengths[Count] = length;

        // What cannot be the size of its parts is not: then it is one datagram.
        _segmentSizes[Count] = segmentSize > 0 && segmentSize < length ? segmentSize : Math.Max(length, 1);
        _truncated[Count] = isTruncated;
        _local[Count] = local;
        Count++;
    }
}
