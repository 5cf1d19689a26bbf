using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Sockets.Engine;

/// <summary>Reads files that are being sent. What goes wrong here says nothing about the socket, and its exceptions say so.</summary>
internal static class FileReader
{
    /// <summary>How many bytes were read; 0: the file ends at or before <paramref name="offset"/>.</summary>
    /// <exception cref="SocketFailureException"><see cref="SocketFailureReason.FileUnreadable"/>.</exception>
    public static int Read(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        try
        {
            return RandomAccess.Read(file, buffer, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            throw Unreadable(exception);
        }
    }

    /// <summary>The file's length now.</summary>
    /// <exception cref="ArgumentException">It has none: a pipe, a socket, a terminal.</exception>
    public static long GetLength(SafeFileHandle file)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (NotSupportedException exception)
        {
            throw new ArgumentException("Only what can be read at a position can be sent as a file: a count would not say where to go on in a pipe. Read it and send what was read.", nameof(file), exception);
        }
    }

    public static SocketFailureException Unreadable(Exception exception) =>
        new(SocketFailureReason.FileUnreadable, $"The file cannot be read: {exception.Message.TrimEnd('.')}.", exception);
}
