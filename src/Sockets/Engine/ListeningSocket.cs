using System.Net;
using System.Net.Sockets;

namespace Sockets.Engine;

/// <summary>Opens the sockets that listen for streams.</summary>
internal static class ListeningSocket
{
    /// <summary>Bound and listening, not blocking.</summary>
    /// <exception cref="SocketFailureException">The port is in use, or the address is not of this machine.</exception>
    public static SystemSocket Open(EndPoint localEndPoint, SocketListenerOptions options, PortSharing sharing)
    {
        SystemSocket socket = localEndPoint is UnixDomainSocketEndPoint
            ? new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new SystemSocket(localEndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Blocking = false;
            if (localEndPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } address)
                socket.DualMode = address.Address.Equals(IPAddress.IPv6Any);
            socket.Bind(localEndPoint);
            socket.Listen(options.Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw SocketFailureException.From(exception, $"Listening on {localEndPoint}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
