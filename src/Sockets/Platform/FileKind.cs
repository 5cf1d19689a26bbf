using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Sockets.Platform;

/// <summary>What kind of thing a path names, which the BCL does not tell of sockets and devices.</summary>
internal static unsafe partial class FileKind
{
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint WantType = 1;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int SocketType = 0xC000;
    private const int RegularType = 0x8000;

    /// <summary>
    /// Whether it may be a socket. On Linux it is one: there a connection to any other file is refused like one to a dead
    /// server's. On Apple's systems that refusal has an error of its own, so that every existing file may be one. Elsewhere never.
    /// </summary>
    public static bool MayBeSocket(string path)
    {
        if (!OperatingSystem.IsLinux())
            return OperatingSystem.IsMacOS() && File.Exists(path);
        byte* status = stackalloc byte[256]; // struct statx
        return StatX(CurrentDirectory, path, DoNotFollow, WantType, status) == 0 && (*(ushort*)(status + ModeOffset) & TypeMask) == SocketType;
    }

    /// <summary>
    /// Whether what is there, behind links, is a file with bytes of its own and no folder, device, pipe or socket. Elsewhere than on Linux
    /// a device is told by its folder.
    /// </summary>
    public static bool IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux())
            return File.Exists(path) && (OperatingSystem.IsWindows() || !path.StartsWith("/dev/", StringComparison.Ordinal));
        byte* status = stackalloc byte[256]; // struct statx
        return StatX(CurrentDirectory, path, 0, WantType, status) == 0 && (*(ushort*)(status + ModeOffset) & TypeMask) == RegularType;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* status);
}
