using System;
using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links.Dtls;

/// <summary>DTLS 1.3 for servers, under one set of options.</summary>
internal sealed class DtlsServerLinks : ServerLinkProvider
{
    private readonly DtlsServerOptions _options;

    public DtlsServerLinks(DtlsServerOptions options)
    {
        if (options.Handler is not null)
            throw new ArgumentException($"A socket's datagrams go to those who receive: {nameof(DtlsOptions.Handler)} must be null.", nameof(options));
        _options = options.Snapshot();
        _options.CreateEndpointConfig().Validate();
    }

    public override string Name => DtlsNames.Protocol;

    public override SocketTransport DefaultTransport => SocketTransport.Datagram;

    public override bool Supports(SocketTransport transport) => transport == SocketTransport.Datagram;

    public override DatagramAcceptor BindDatagram(IPEndPoint localEndPoint, SocketListenerOptions options, AcceptAdmission admission, PortSharing sharing)
    {
        DtlsServerOptions settings = _options.Snapshot();
        if (settings.TimeProvider == TimeProvider.System)
            settings.TimeProvider = options.TimeProvider;
        settings.MaxConnections = Math.Min(settings.MaxConnections, options.MaxConnections);
        settings.MaxHandshakes = Math.Min(settings.MaxHandshakes, options.MaxHandshakes);
        settings.Backlog = Math.Min(settings.Backlog, options.AcceptQueueLength);
        if (options.HandshakeTimeout > TimeSpan.Zero && options.HandshakeTimeout < settings.HandshakeTimeout)
            settings.HandshakeTimeout = options.HandshakeTimeout;
        settings.Logger ??= options.Logger;
        DtlsEndpointConfig config = settings.CreateEndpointConfig();
        try
        {
            UdpPort port = UdpPort.Bind(
                localEndPoint,
                settings,
                isBlocking: false,
                socket => PortBinding.Prepare(socket, localEndPoint, sharing),
                socket =>
                {
                    options.Settings.Apply(socket, SettingMoments.BeforeListen);
                    PortBinding.Share(socket, sharing);
                });
            return new DtlsAcceptor(port, config, settings, options.DrivenByPoll ? DriverMode.Polled : DriverMode.Background, admission);
        }
        catch (SocketException exception)
        {
            throw SocketFailureException.From(exception.SocketErrorCode, $"Listening on {localEndPoint}");
        }
    }
}
