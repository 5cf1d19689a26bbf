using System;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sockets.Platform;

/// <summary>
/// Gathered sends and scattered receives on connected sockets, without waiting. Of a stream at most <see cref="MaxVectors"/>
/// segments that are not empty take part in one call; a datagram always consists of all of them.
/// </summary>
internal static partial class VectorIo
{
    /// <summary>As many vectors fit on the stack; datagrams of more segments go through a pooled buffer.</summary>
    public const int MaxVectors = 64;

    /// <summary>Sends what the socket takes of the segments, in their order; a datagram socket sends one datagram.</summary>
    /// <param name="socket">A connected, non-blocking socket.</param>
    /// <param name="segments">What to send. May contain empty ones.</param>
    /// <param name="sent">Bytes that the socket took, counted from the first segment on.</param>
    public static SocketError TrySend(SystemSocket socket, ReadOnlySpan<ReadOnlyMemory<byte>> segments, out int sent) => OperatingSystem.IsLinux()
        ? SendByKernel(socket.SafeHandle, segments, out sent)
        : SendPortably(socket, segments, out sent);

    /// <summary>Receives what is there, filling the segments in their order; a datagram socket receives one datagram.</summary>
    /// <param name="socket">A connected, non-blocking socket.</param>
    /// <param name="segments">Where to put it.</param>
    /// <param name="received">0 with success: the end of a stream or an empty datagram; says nothing when there is no room in the segments.</param>
    /// <param name="isTruncated">True: the datagram was longer than the segments together, its rest is gone.</param>
    public static SocketError TryReceive(SystemSocket socket, ReadOnlySpan<Memory<byte>> segments, out int received, out bool isTruncated) => OperatingSystem.IsLinux()
        ? ReceiveByKernel(socket.SafeHandle, segments, out received, out isTruncated)
        : ReceivePortably(socket, segments, out received, out isTruncated);

    /// <summary>Bytes in all segments together.</summary>
    private static long TotalLength(ReadOnlySpan<ReadOnlyMemory<byte>> segments)
    {
        long total = 0;
        foreach (ReadOnlyMemory<byte> segment in segments)
            total += segment.Length;
        return total;
    }

    /// <inheritdoc cref="TotalLength(ReadOnlySpan{ReadOnlyMemory{byte}})"/>
    private static long TotalLength(ReadOnlySpan<Memory<byte>> segments)
    {
        long total = 0;
        foreach (Memory<byte> segment in segments)
            total += segment.Length;
        return total;
    }

    private static void Gather(ReadOnlySpan<ReadOnlyMemory<byte>> segments, Span<byte> destination)
    {
        foreach (ReadOnlyMemory<byte> segment in segments)
        {
            segment.Span.CopyTo(destination);
            destination = destination[segment.Length..];
        }
    }

    /// <summary>The source is at most as long as the segments together.</summary>
    private static void Scatter(ReadOnlySpan<byte> source, ReadOnlySpan<Memory<byte>> segments)
    {
        foreach (Memory<byte> segment in segments)
        {
            int count = Math.Min(source.Length, segment.Length);
            source[..count].CopyTo(segment.Span);
            source = source[count..];
        }
    }

    /// <summary>What keeps the segments in their place during a call.</summary>
    [InlineArray(MaxVectors)]
    private struct Pins
    {
        private System.Buffers.MemoryHandle _first;
    }
}
