using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Engine;

/// <summary>
/// The file of a Unix socket that is about to be bound. It outlives a server that was killed, and the next one finds the
/// address taken. The platform removes it when the socket is closed in good order.
/// </summary>
internal sealed class UnixSocketFile
{
    private readonly UnixDomainSocketEndPoint _endPoint;
    private readonly string _path;

    private UnixSocketFile(UnixDomainSocketEndPoint endPoint, string path)
    {
        _endPoint = endPoint;
        _path = path;
    }

    /// <summary>Null: it has no file, since it is no Unix socket, or an abstract one (a Linux extension).</summary>
    public static UnixSocketFile? Of(EndPoint endPoint) =>
        endPoint is UnixDomainSocketEndPoint unix && unix.ToString() is [not '@' and not '\0', ..] path ? new UnixSocketFile(unix, path) : null;

    /// <summary>
    /// Removes the file of a server that is gone: it is a socket, and nobody listens on it. Whatever else is there stays, and
    /// makes the bind fail. Two servers that begin in the same instant are told apart by the bind, except in the moment between the
    /// other's bind and its listening.
    /// </summary>
    public void RemoveStale()
    {
        if (!FileKind.MayBeSocket(_path))
            return;
        using var probe = new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(_endPoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(_path);
        }
        catch (SocketException)
        {
            // Somebody is there (a full backlog says WouldBlock), or we may not know: the bind says so.
        }
    }

    public void SetMode(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            throw new SocketFailureException(SocketFailureReason.Other, $"{nameof(SocketListenerOptions.UnixSocketMode)}: files have no mode on Windows.");
        File.SetUnixFileMode(_path, mode);
    }
}
