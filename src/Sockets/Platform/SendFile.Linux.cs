using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Sockets.Platform;

internal static partial class SendFile
{
    private static unsafe SocketError SendByKernel(SafeSocketHandle socket, SafeFileHandle file, long offset, long count, out long sent)
    {
        while (true)
        {
            long position = offset; // moved by the call; the result says the same
            nint result = SystemCalls.SendFile(socket, file, &position, (nuint)count);
            if (result >= 0)
            {
                sent = result;
                return SocketError.Success;
            }

            sent = 0;
            switch (Errno.Last)
            {
                case Errno.Interrupted:
                    continue;
                case Errno.Invalid or Errno.IllegalSeek or Errno.NotImplemented:
                    return SocketError.OperationNotSupported; // a pipe, a terminal, some file systems
                case Errno.Overflow:
                    return SocketError.Success; // no file has bytes so far out
                case Errno.InputOutput:
                    return SocketError.Fault;
                case int error:
                    return Errno.ToSocketError(error);
            }
        }
    }
}
