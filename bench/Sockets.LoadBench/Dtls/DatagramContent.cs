using System;
using System.Runtime.InteropServices;

namespace Sockets.LoadBench.Dtls;

/// <summary>What every datagram of a flow holds: which slice it belongs to, and bytes that the receiver knows.</summary>
internal sealed class DatagramContent
{
    private readonly byte[] _pattern;

    /// <param name="size">Bytes of a datagram.</param>
    public DatagramContent(int size)
    {
        _pattern = new byte[size];
        new Random(size).NextBytes(_pattern);
    }

    /// <summary>Fills a datagram.</summary>
    public void Fill(Span<byte> datagram) => _pattern.CopyTo(datagram);

    /// <summary>Says which slice a filled datagram belongs to.</summary>
    public static void Mark(Span<byte> datagram, int slice) => MemoryMarshal.Write(datagram, in slice);

    /// <summary>Whether a datagram belongs to a slice and came as it was sent.</summary>
    public bool Is(ReadOnlySpan<byte> datagram, int slice) =>
        datagram.Length == _pattern.Length
        && MemoryMarshal.Read<int>(datagram) == slice
        && datagram[sizeof(int)..].SequenceEqual(_pattern.AsSpan(sizeof(int)));
}
