using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SafeSocketHandle = System.Net.Sockets.SafeSocketHandle;

namespace Sockets.Platform;

/// <summary>
/// The system calls that the runtime does not offer, with the constants of Linux. Handles are passed as such: the marshaller
/// keeps them open during the call, and none of the calls blocks but the two that wait for readiness, which are given no
/// socket, and a receive from a socket that was made to block, which the platform ends when it closes that. A closed handle is an <see cref="System.ObjectDisposedException"/>.
/// </summary>
internal static unsafe partial class SystemCalls
{
    public const int MessagePeek = 0x02;
    public const int MessageControlTruncated = 0x08;
    public const int MessageTruncated = 0x20;
    public const int MessageDontWait = 0x40;
    public const int MessageNoSignal = 0x4000;

    public const int LevelSocket = 1;
    public const int LevelIPv4 = 0;
    public const int LevelTcp = 6;
    public const int LevelUdp = 17;
    public const int LevelIPv6 = 41;

    public const int UdpSegment = 103;
    public const int UdpCoalesce = 104;

    public const int SocketTypeOption = 3;
    public const int DatagramSocketType = 2;

    public const int IPv4PacketInfo = 8;
    public const int IPv6ReceivePacketInfo = 49;
    public const int IPv6PacketInfo = 50;

    public const int EpollCloseOnExec = 0x80000;
    public const int EpollControlAdd = 1;
    public const int EpollControlRemove = 2;
    public const int EpollControlModify = 3;

    public const int EventCloseOnExec = 0x80000;
    public const int EventNonBlocking = 0x800;

    public const int GetFileFlags = 3;
    public const int SetFileFlags = 4;
    public const int FileNonBlocking = 0x800;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Receive(SafeSocketHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Send(SafeSocketHandle socket, byte* buffer, nuint length, int flags);

    /// <summary>The third argument of fcntl(2) is variable, which the processors that .NET runs Linux on pass like any other.</summary>
    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ControlFile(SafeSocketHandle socket, int command, int argument);

    [LibraryImport(Library, EntryPoint = "sendmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint SendMessage(SafeSocketHandle socket, MessageHeader* message, int flags);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint ReceiveMessage(SafeSocketHandle socket, MessageHeader* message, int flags);

    [LibraryImport(Library, EntryPoint = "sendmmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SendMessages(SafeSocketHandle socket, MessageSlot* messages, uint count, int flags);

    [LibraryImport(Library, EntryPoint = "recvmmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ReceiveMessages(SafeSocketHandle socket, MessageSlot* messages, uint count, int flags, void* timeout);

    /// <summary>With a 64-bit offset only in a 64-bit process; nobody else may call it.</summary>
    [LibraryImport(Library, EntryPoint = "sendfile", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint SendFile(SafeSocketHandle destination, SafeFileHandle source, long* offset, nuint count);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetOption(SafeSocketHandle socket, int level, int name, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int CreateEpoll(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ControlEpoll(SafeFileHandle epoll, int operation, SafeSocketHandle target, void* epollEvent);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ControlEpoll(SafeFileHandle epoll, int operation, SafeFileHandle target, void* epollEvent);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int WaitEpoll(SafeFileHandle epoll, void* epollEvents, int maxEvents, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int CreateEvent(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Read(SafeFileHandle file, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Write(SafeFileHandle file, void* buffer, nuint count);
}
