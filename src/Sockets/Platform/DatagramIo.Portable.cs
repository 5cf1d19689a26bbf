using System;
using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Platform;

internal static partial class DatagramIo
{
    /// <summary>No UDP payload is longer.</summary>
    private const int MaxDatagramSize = 65536;

    /// <summary>One byte more than there is room for tells a datagram that fits from one that was cut.</summary>
    internal static SocketError ReceivePortably(SystemSocket socket, Span<byte> buffer, SocketAddress? source, out DatagramInfo info)
    {
        info = default;
        if (!socket.Poll(0, SelectMode.SelectRead))
            return SocketError.WouldBlock; // the overload that takes an address throws then
        bool isSpare = buffer.Length < MaxDatagramSize;
        byte[]? spare = isSpare ? ArrayPool<byte>.Shared.Rent(buffer.Length + 1) : null;
        try
        {
            Span<byte> target = spare is null ? buffer : spare.AsSpan(0, buffer.Length + 1);
            SocketError error = ReceivePortably(socket, target, source, out int length);
            if (error is not (SocketError.Success or SocketError.MessageSize))
                return error;
            bool isTruncated = error == SocketError.MessageSize || length > buffer.Length;
            length = isTruncated ? buffer.Length : length;
            if (spare is not null)
                spare.AsSpan(0, length).CopyTo(buffer);
            info = new DatagramInfo(length, isTruncated, default);
            return SocketError.Success;
        }
        finally
        {
            if (spare is not null)
                ArrayPool<byte>.Shared.Return(spare);
        }
    }

    internal static SocketError SendPortably(SystemSocket socket, ReadOnlySpan<byte> datagram, SocketAddress? destination)
    {
        if (destination is null)
        {
            socket.Send(datagram, SocketFlags.None, out SocketError error);
            return error;
        }

        try
        {
            socket.SendTo(datagram, SocketFlags.None, destination);
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    private static SocketError ReceivePortably(SystemSocket socket, Span<byte> buffer, SocketAddress? source, out int length)
    {
        if (source is null)
        {
            length = socket.Receive(buffer, SocketFlags.None, out SocketError error);
            return error;
        }

        try
        {
            length = socket.ReceiveFrom(buffer, SocketFlags.None, source);
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            length = 0;
            return exception.SocketErrorCode;
        }
    }
}
