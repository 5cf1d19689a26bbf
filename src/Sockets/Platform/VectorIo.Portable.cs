using System;
using System.Buffers;
using System.Net.Sockets;

namespace Sockets.Platform;

internal static partial class VectorIo
{
    /// <summary>The largest payload of a UDP datagram is below this.</summary>
    private const int MaxDatagramSize = 65536;

    internal static SocketError SendPortably(SystemSocket socket, ReadOnlySpan<ReadOnlyMemory<byte>> segments, out int sent)
    {
        if (socket.SocketType != SocketType.Stream)
            return SendDatagramPortably(socket, segments, out sent);
        sent = 0;
        foreach (ReadOnlyMemory<byte> segment in segments)
        {
            if (segment.IsEmpty)
                continue;
            int count = socket.Send(segment.Span, SocketFlags.None, out SocketError error);
            if (error != SocketError.Success)
                return sent > 0 ? SocketError.Success : error; // an error comes again
            sent += count;
            if (count < segment.Length)
                break;
        }

        return SocketError.Success;
    }

    internal static SocketError ReceivePortably(SystemSocket socket, ReadOnlySpan<Memory<byte>> segments, out int received, out bool isTruncated)
    {
        if (socket.SocketType != SocketType.Stream)
            return ReceiveDatagramPortably(socket, segments, out received, out isTruncated);
        received = 0;
        isTruncated = false;
        foreach (Memory<byte> segment in segments)
        {
            if (segment.IsEmpty)
                continue;
            int count = socket.Receive(segment.Span, SocketFlags.None, out SocketError error);
            if (error != SocketError.Success)
                return received > 0 ? SocketError.Success : error;
            received += count;
            if (count < segment.Length)
                break;
        }

        return SocketError.Success;
    }

    private static SocketError SendDatagramPortably(SystemSocket socket, ReadOnlySpan<ReadOnlyMemory<byte>> segments, out int sent)
    {
        sent = 0;
        long total = TotalLength(segments);
        if (total > MaxDatagramSize)
            return SocketError.MessageSize;
        byte[] gathered = ArrayPool<byte>.Shared.Rent((int)total);
        try
        {
            Gather(segments, gathered);
            sent = socket.Send(gathered.AsSpan(0, (int)total), SocketFlags.None, out SocketError error);
            return error;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }

    /// <summary>One byte more than there is room for tells a datagram that fits from one that was cut.</summary>
    private static SocketError ReceiveDatagramPortably(SystemSocket socket, ReadOnlySpan<Memory<byte>> segments, out int received, out bool isTruncated)
    {
        received = 0;
        isTruncated = false;
        int room = (int)Math.Min(TotalLength(segments), MaxDatagramSize);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(room + 1);
        try
        {
            int count = socket.Receive(buffer.AsSpan(0, room + 1), SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.MessageSize))
                return error;
            isTruncated = error == SocketError.MessageSize || count > room;
            received = isTruncated ? room : count;
            Scatter(buffer.AsSpan(0, received), segments);
            return SocketError.Success;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
