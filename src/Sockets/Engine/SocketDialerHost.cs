using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>The dialer's world of real names and real sockets.</summary>
/// <param name="resolver">Asked for names.</param>
/// <param name="socketType">Stream, or Dgram: then an attempt only finds out whether there is a route.</param>
/// <param name="localEndPoint">Bound to before connecting.</param>
/// <param name="configure">The settings that must be made before connecting; called for each attempt's socket.</param>
internal sealed class SocketDialerHost(SocketNameResolver resolver, SocketType socketType, IPEndPoint? localEndPoint, Action<SystemSocket>? configure)
    : IDialerHost<SystemSocket>
{
    public ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
        resolver.ResolveAsync(host, family, cancellationToken);

    public async ValueTask<SystemSocket> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new SystemSocket(endPoint.AddressFamily, socketType, socketType == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            socket.Blocking = false;
            configure?.Invoke(socket);
            if (localEndPoint is not null)
                socket.Bind(localEndPoint);
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
