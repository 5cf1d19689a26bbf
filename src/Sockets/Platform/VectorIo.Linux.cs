using System;
using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sockets.Platform;

internal static unsafe partial class VectorIo
{
    [SkipLocalsInit]
    private static SocketError SendByKernel(SafeSocketHandle socket, ReadOnlySpan<ReadOnlyMemory<byte>> segments, out int sent)
    {
        if (segments.Length > MaxVectors && IsDatagram(socket))
            return SendGathered(socket, segments, out sent);
        IoVector* vectors = stackalloc IoVector[MaxVectors];
        Pins pins = default;
        int count = 0;
        try
        {
            foreach (ReadOnlyMemory<byte> segment in segments)
            {
                if (segment.IsEmpty)
                    continue;
                pins[count] = segment.Pin();
                vectors[count] = new IoVector { Base = pins[count].Pointer, Length = (nuint)segment.Length };
                if (++count == MaxVectors)
                    break;
            }

            return Send(socket, vectors, count, out sent);
        }
        finally
        {
            Unpin(ref pins, count);
        }
    }

    [SkipLocalsInit]
    private static SocketError ReceiveByKernel(SafeSocketHandle socket, ReadOnlySpan<Memory<byte>> segments, out int received, out bool isTruncated)
    {
        if (segments.Length > MaxVectors && IsDatagram(socket))
            return ReceiveScattered(socket, segments, out received, out isTruncated);
        IoVector* vectors = stackalloc IoVector[MaxVectors];
        Pins pins = default;
        int count = 0;
        try
        {
            foreach (Memory<byte> segment in segments)
            {
                if (segment.IsEmpty)
                    continue;
                pins[count] = segment.Pin();
                vectors[count] = new IoVector { Base = pins[count].Pointer, Length = (nuint)segment.Length };
                if (++count == MaxVectors)
                    break;
            }

            return Receive(socket, vectors, count, out received, out isTruncated);
        }
        finally
        {
            Unpin(ref pins, count);
        }
    }

    private static SocketError SendGathered(SafeSocketHandle socket, ReadOnlySpan<ReadOnlyMemory<byte>> segments, out int sent)
    {
        sent = 0;
        long total = TotalLength(segments);
        if (total > MaxDatagramSize)
            return SocketError.MessageSize;
        byte[] gathered = ArrayPool<byte>.Shared.Rent((int)total);
        Gather(segments, gathered);
        fixed (byte* start = gathered)
        {
            var vector = new IoVector { Base = start, Length = (nuint)total };
            SocketError error = Send(socket, &vector, 1, out sent);
            ArrayPool<byte>.Shared.Return(gathered);
            return error;
        }
    }

    private static SocketError ReceiveScattered(SafeSocketHandle socket, ReadOnlySpan<Memory<byte>> segments, out int received, out bool isTruncated)
    {
        int room = (int)Math.Min(TotalLength(segments), MaxDatagramSize);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(room);
        fixed (byte* start = buffer)
        {
            var vector = new IoVector { Base = start, Length = (nuint)room };
            SocketError error = Receive(socket, &vector, 1, out received, out isTruncated);
            Scatter(buffer.AsSpan(0, received), segments);
            ArrayPool<byte>.Shared.Return(buffer);
            return error;
        }
    }

    private static SocketError Send(SafeSocketHandle socket, IoVector* vectors, int count, out int sent)
    {
        var message = new MessageHeader { Vectors = vectors, VectorCount = (nuint)count };
        nint result;
        do
            result = SystemCalls.SendMessage(socket, &message, SystemCalls.MessageDontWait | SystemCalls.MessageNoSignal);
        while (result < 0 && Errno.Last == Errno.Interrupted);
        sent = (int)Math.Max(result, 0);
        return result < 0 ? Errno.ToSocketError(Errno.Last) : SocketError.Success;
    }

    private static SocketError Receive(SafeSocketHandle socket, IoVector* vectors, int count, out int received, out bool isTruncated)
    {
        var message = new MessageHeader { Vectors = vectors, VectorCount = (nuint)count };
        nint result;
        do
            result = SystemCalls.ReceiveMessage(socket, &message, SystemCalls.MessageDontWait);
        while (result < 0 && Errno.Last == Errno.Interrupted);
        received = (int)Math.Max(result, 0);
        isTruncated = result >= 0 && (message.Flags & SystemCalls.MessageTruncated) != 0;
        return result < 0 ? Errno.ToSocketError(Errno.Last) : SocketError.Success;
    }

    private static bool IsDatagram(SafeSocketHandle socket)
    {
        int type = 0;
        uint length = sizeof(int);
        return SystemCalls.GetOption(socket, SystemCalls.LevelSocket, SystemCalls.SocketTypeOption, &type, &length) == 0
            && type == SystemCalls.DatagramSocketType;
    }

    private static void Unpin(ref Pins pins, int count)
    {
        for (int i = 0; i < count; i++)
            pins[i].Dispose();
    }
}
