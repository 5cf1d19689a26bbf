using System;
using System.Net.Sockets;

namespace Sockets.Platform;

internal static unsafe partial class StreamIo
{
    /// <summary>Sets the mode, which all calls see that do not say otherwise. False: it could not be set.</summary>
    public static bool TrySetBlocking(SafeSocketHandle handle, bool isBlocking)
    {
        int flags = SystemCalls.ControlFile(handle, SystemCalls.GetFileFlags, 0);
        if (flags < 0)
            return false;
        flags = isBlocking ? flags & ~SystemCalls.FileNonBlocking : flags | SystemCalls.FileNonBlocking;
        return SystemCalls.ControlFile(handle, SystemCalls.SetFileFlags, flags) == 0;
    }

    private static SocketError ReceiveByKernel(SafeSocketHandle handle, Span<byte> buffer, int flags, out int received)
    {
        nint result;
        if (buffer.IsEmpty)
        {
            byte next;
            do
                result = SystemCalls.Receive(handle, &next, 1, flags | SystemCalls.MessagePeek);
            while (result < 0 && Errno.Last == Errno.Interrupted);
            received = 0;
        }
        else
        {
            fixed (byte* start = buffer)
            {
                do
                    result = SystemCalls.Receive(handle, start, (nuint)buffer.Length, flags);
                while (result < 0 && Errno.Last == Errno.Interrupted);
            }

            received = (int)Math.Max(result, 0);
        }

        return result < 0 ? Errno.ToSocketError(Errno.Last) : SocketError.Success;
    }

    private static SocketError SendByKernel(SafeSocketHandle handle, ReadOnlySpan<byte> buffer, out int sent)
    {
        nint result;
        fixed (byte* start = buffer)
        {
            do
                result = SystemCalls.Send(handle, start, (nuint)buffer.Length, SystemCalls.MessageDontWait | SystemCalls.MessageNoSignal);
            while (result < 0 && Errno.Last == Errno.Interrupted);
        }

        sent = (int)Math.Max(result, 0);
        return result < 0 ? Errno.ToSocketError(Errno.Last) : SocketError.Success;
    }
}
