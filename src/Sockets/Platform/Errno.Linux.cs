using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockets.Platform;

/// <summary>Error numbers of Linux, and what the BCL calls them.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int BadDescriptor = 9;
    public const int TryAgain = 11;
    public const int NoMemory = 12;
    public const int AccessDenied = 13;
    public const int BadAddress = 14;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int Invalid = 22;
    public const int IllegalSeek = 29;
    public const int BrokenPipe = 32;
    public const int NotImplemented = 38;
    public const int Overflow = 75;
    public const int MessageSize = 90;
    public const int NoProtocolOption = 92;
    public const int NotSupported = 95;

    /// <summary>The error of the last system call of this thread.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    public static SocketError ToSocketError(int errno) => errno switch
    {
        0 => SocketError.Success,
        TryAgain => SocketError.WouldBlock,
        Interrupted => SocketError.Interrupted,
        NotPermitted or AccessDenied => SocketError.AccessDenied,
        BadDescriptor => SocketError.OperationAborted,
        NoMemory or 105 => SocketError.NoBufferSpaceAvailable,
        BadAddress => SocketError.Fault,
        Invalid or Overflow => SocketError.InvalidArgument,
        23 or 24 => SocketError.TooManyOpenSockets,
        BrokenPipe or 108 => SocketError.Shutdown,
        NotImplemented or NotSupported => SocketError.OperationNotSupported,
        88 => SocketError.NotSocket,
        89 => SocketError.DestinationAddressRequired,
        MessageSize => SocketError.MessageSize,
        91 => SocketError.ProtocolType,
        NoProtocolOption => SocketError.ProtocolOption,
        93 => SocketError.ProtocolNotSupported,
        97 => SocketError.AddressFamilyNotSupported,
        98 => SocketError.AddressAlreadyInUse,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        102 => SocketError.NetworkReset,
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        106 => SocketError.IsConnected,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        114 => SocketError.AlreadyInProgress,
        115 => SocketError.InProgress,
        _ => SocketError.SocketError,
    };
}
