using System.IO;
using System.Net;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Engine;

/// <summary>Opens the sockets that listen for streams.</summary>
internal static class ListeningSocket
{
    /// <summary>Bound and listening, not blocking.</summary>
    /// <exception cref="SocketFailureException">The address is in use, or not of this machine.</exception>
    public static SystemSocket Open(EndPoint localEndPoint, SocketListenerOptions options, PortSharing sharing)
    {
        UnixSocketFile? file = UnixSocketFile.Of(localEndPoint);
        SystemSocket socket = localEndPoint is UnixDomainSocketEndPoint
            ? new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new SystemSocket(localEndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Blocking = false;
            PortBinding.Prepare(socket, localEndPoint, sharing);
            file?.RemoveStale();
            socket.Bind(localEndPoint);
            PortBinding.Share(socket, sharing);
            options.Settings.Apply(socket, SettingMoments.BeforeListen);
            if (options.UnixSocketMode is { } mode)
                file?.SetMode(mode); // before it listens: nobody can have connected with more
            socket.Listen(options.Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw SocketFailureException.From(exception, $"Listening on {localEndPoint}");
        }
        catch (IOException exception) when (exception is not SocketFailureException)
        {
            socket.Dispose();
            throw new SocketFailureException(SocketFailureReason.Other, $"Listening on {localEndPoint} failed: {exception.Message.TrimEnd('.')}.", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
