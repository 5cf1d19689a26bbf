namespace Sockets.Tests;

/// <summary>What a program of datagrams runs over: only the options differ.</summary>
public enum DatagramKind
{
    Plain,
    Dtls,

    /// <summary>With <see cref="SocketOptions.DrivenByPoll"/>: nothing in the background.</summary>
    DtlsPolled,
}
