using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sockets.Platform;

internal static unsafe partial class DatagramIo
{
    [SkipLocalsInit]
    private static SocketError ReceiveByKernel(SafeSocketHandle socket, Span<byte> buffer, SocketAddress? source, out DatagramInfo info)
    {
        Span<byte> name = source is null ? default : source.Buffer.Span;
        byte* control = stackalloc byte[ControlMessages.BufferSize];
        fixed (byte* data = buffer, nameStart = name)
        {
            var vector = new IoVector { Base = data, Length = (nuint)buffer.Length };
            var message = new MessageHeader
            {
                Name = nameStart,
                NameLength = (uint)name.Length,
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = ControlMessages.BufferSize,
            };
            nint result;
            do
                result = SystemCalls.ReceiveMessage(socket, &message, SystemCalls.MessageDontWait);
            while (result < 0 && Errno.Last == Errno.Interrupted);
            if (result < 0)
            {
                info = default;
                return Errno.ToSocketError(Errno.Last);
            }

            if (source is not null)
                source.Size = Math.Min((int)message.NameLength, name.Length);
            info = new DatagramInfo(
                (int)result,
                (message.Flags & SystemCalls.MessageTruncated) != 0,
                ControlMessages.FindLocalAddress(new ReadOnlySpan<byte>(control, (int)message.ControlLength)));
            return SocketError.Success;
        }
    }

    [SkipLocalsInit]
    private static SocketError SendByKernel(SafeSocketHandle socket, AddressFamily family, ReadOnlySpan<byte> datagram, SocketAddress? destination, in LocalAddress from)
    {
        Span<byte> name = destination is null ? default : destination.Buffer.Span[..destination.Size];
        byte* control = stackalloc byte[ControlMessages.BufferSize];
        fixed (byte* data = datagram, nameStart = name)
        {
            var vector = new IoVector { Base = data, Length = (nuint)datagram.Length };
            var message = new MessageHeader { Name = nameStart, NameLength = (uint)name.Length, Vectors = &vector, VectorCount = 1 };
            if (from.IsSpecified)
            {
                message.Control = control;
                message.ControlLength = (nuint)ControlMessages.WriteLocalAddress(
                    new Span<byte>(control, ControlMessages.BufferSize), from, family == AddressFamily.InterNetworkV6);
            }

            nint result;
            do
                result = SystemCalls.SendMessage(socket, &message, SystemCalls.MessageDontWait | SystemCalls.MessageNoSignal);
            while (result < 0 && Errno.Last == Errno.Interrupted);
            return result < 0 ? Errno.ToSocketError(Errno.Last) : SocketError.Success;
        }
    }
}
