using System;
using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Sockets.Platform;

/// <summary>From a file to a socket inside the kernel, where it can do that.</summary>
internal static partial class SendFile
{
    /// <summary>The kernel takes less than 2 GiB at a time; more than this is not asked for.</summary>
    public const long MaxCount = 1L << 30;

    /// <summary>False: every call answers <see cref="SocketError.OperationNotSupported"/>, and the caller reads and sends.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>
    /// Sends up to <paramref name="count"/> bytes from <paramref name="offset"/> on, as many as the socket takes. The file's own
    /// position is neither used nor moved. The socket is non-blocking.
    /// </summary>
    /// <param name="socket">A stream socket.</param>
    /// <param name="file">Open for reading.</param>
    /// <param name="offset">Where in the file to begin.</param>
    /// <param name="count">At most this many bytes; at most <see cref="MaxCount"/> are sent in a call.</param>
    /// <param name="sent">What the socket took. 0 with success and a count that is not 0: the file ends at or before the offset.</param>
    /// <returns>
    /// <see cref="SocketError.WouldBlock"/> when the socket takes nothing now; <see cref="SocketError.OperationNotSupported"/> when
    /// this file or this system cannot do it (nothing was sent, read and send instead); <see cref="SocketError.Fault"/> when the file could not be read.
    /// </returns>
    public static SocketError TrySend(SystemSocket socket, SafeFileHandle file, long offset, long count, out long sent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Debug.Assert(!socket.Blocking, "sendfile has no flag against blocking: the socket must be non-blocking.");
        sent = 0;
        if (!IsSupported)
            return SocketError.OperationNotSupported;
        return count == 0 ? SocketError.Success : SendByKernel(socket.SafeHandle, file, offset, Math.Min(count, MaxCount), out sent);
    }
}
