using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links;

/// <summary>No security at all, by choice.</summary>
internal sealed class PlainClientLinks : ClientLinkProvider
{
    public static PlainClientLinks Instance { get; } = new();

    public override string Name => "plain";

    public override SocketTransport DefaultTransport => SocketTransport.Stream;

    public override bool Supports(SocketTransport transport) => true;

    public override SocketLink Wrap(PlainLink transport, string? targetHost) => transport;

    public override async ValueTask<SocketLink> ConnectDatagramAsync(SocketTarget target, SocketClientOptions options, Deadline deadline, CancellationToken cancellationToken) =>
        new PlainDatagramLink(await options.CreateDialer(SocketType.Dgram, socket => options.Settings.Apply(socket, SettingMoments.BeforeConnect)).ConnectAsync(target.Name!, target.Port, deadline, cancellationToken).ConfigureAwait(false));

    public override SocketLink StartConnectDatagram(IPEndPoint endPoint, string? targetHost, SocketClientOptions options)
    {
        var socket = new SystemSocket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            options.Settings.Apply(socket, SettingMoments.BeforeConnect);
            if (options.LocalEndPoint is { } local)
                socket.Bind(local);
            socket.Connect(endPoint);
            return new PlainDatagramLink(socket);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (exception is SocketException socketException)
                throw SocketFailureException.From(socketException, $"Opening a UDP socket to {endPoint}");
            throw;
        }
    }
}
