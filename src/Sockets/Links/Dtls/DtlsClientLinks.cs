using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Certificates;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links.Dtls;

/// <summary>DTLS 1.3 for clients, under one set of options.</summary>
internal sealed class DtlsClientLinks : ClientLinkProvider
{
    private readonly DtlsClientOptions _options;

    public DtlsClientLinks(DtlsClientOptions options)
    {
        if (options.Handler is not null)
            throw new ArgumentException($"A socket's datagrams go to those who receive: {nameof(DtlsOptions.Handler)} must be null.", nameof(options));
        if (options.EarlyData.Count > 0)
            throw new ArgumentException($"A socket cannot say what became of early data: {nameof(DtlsClientOptions.EarlyData)} must be empty, or {nameof(DtlsChannel)} be used.", nameof(options));
        _options = options.Snapshot();
    }

    public override string Name => DtlsNames.Protocol;

    public override SocketTransport DefaultTransport => SocketTransport.Datagram;

    public override bool Supports(SocketTransport transport) => transport == SocketTransport.Datagram;

    public override SocketLink Wrap(PlainLink transport, string? targetHost) => throw new NotSupportedException();

    public override async ValueTask<SocketLink> ConnectDatagramAsync(SocketTarget target, SocketClientOptions options, Deadline deadline, CancellationToken cancellationToken)
    {
        var outside = new DtlsDialerHost(this, target.Name!, options);
        try
        {
            return await options.CreateDialer(outside).ConnectAsync(target.Name!, target.Port, deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (HandshakeRefusedException refusal)
        {
            throw refusal.Failure;
        }
        catch (Exception exception) when (IsTimeout(exception, deadline) && outside.RefusedBy is { } endPoint)
        {
            throw new SocketFailureException(SocketFailureReason.ConnectionRefused, $"{endPoint} does not answer: the host says that the port is closed.", exception);
        }
    }

    private static bool IsTimeout(Exception exception, Deadline deadline) =>
        exception is SocketFailureException { Reason: SocketFailureReason.TimedOut } || (exception is OperationCanceledException && deadline.IsExpired);

    public override SocketLink StartConnectDatagram(IPEndPoint endPoint, string? targetHost, SocketClientOptions options)
    {
        try
        {
            return new DtlsLink(Begin(endPoint, targetHost ?? endPoint.Address.ToString(), options), ownsDriver: true);
        }
        catch (SocketException exception)
        {
            throw SocketFailureException.From(exception, $"Connecting to {endPoint}");
        }
    }

    /// <summary>Sends the first flight.</summary>
    internal DtlsChannel Begin(IPEndPoint endPoint, string host, SocketClientOptions options)
    {
        DtlsClientOptions settings = _options.Snapshot();
        if (settings.TimeProvider == TimeProvider.System)
            settings.TimeProvider = options.TimeProvider;
        if (options.ConnectTimeout > TimeSpan.Zero && options.ConnectTimeout < settings.HandshakeTimeout)
            settings.HandshakeTimeout = options.ConnectTimeout;
        settings.Logger ??= options.Logger;
        string target = TargetHostName.WithoutTrailingDot(settings.TargetHost ?? host)!;
        return DtlsChannel.Begin(
            endPoint,
            target,
            settings,
            options.LocalEndPoint,
            local => UdpPort.Connect(endPoint, settings, local, isBlocking: false, socket => options.Settings.Apply(socket, SettingMoments.BeforeConnect)),
            options.DrivenByPoll ? DriverMode.Polled : DriverMode.Background);
    }
}
