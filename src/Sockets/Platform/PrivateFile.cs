using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Sockets.Platform;

/// <summary>Files that only their owner may read, and that are there after the power has failed.</summary>
internal static partial class PrivateFile
{
    private const int ReadOnly = 0;

    /// <summary>Creates a file, atomically: of all that try, one succeeds.</summary>
    /// <exception cref="IOException">It exists already, or cannot be created.</exception>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Writes a directory's entries down to the disk; on Windows that happens with the file.</summary>
    /// <exception cref="IOException">It cannot be written down.</exception>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
            throw new IOException($"The directory {path} cannot be opened: error {Marshal.GetLastPInvokeError()}.");
        bool isFlushed = Flush(descriptor) == 0;
        int error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (!isFlushed)
            throw new IOException($"The directory {path} cannot be flushed: error {error}.");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
