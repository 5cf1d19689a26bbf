using System;
using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Sockets.Diagnostics;

/// <summary>
/// One handshake as others see it: an <see cref="Activity"/> of the source "Sockets", a measurement, an event, a line in the log.
/// Links begin one with the handshake and end it once; further ends do nothing.
/// </summary>
internal sealed class HandshakeScope
{
    private static readonly ActivitySource Source = new("Sockets", typeof(HandshakeScope).Assembly.GetName().Version?.ToString(3));

    private readonly TimeProvider _timeProvider;
    private readonly ILogger? _logger;
    private readonly Activity? _activity;
    private readonly string _protocol;
    private readonly string _peer;
    private readonly bool _isServer;
    private readonly long _start;
    private bool _isOver;

    /// <param name="protocol">What is being negotiated: "TLS", "DTLS 1.3".</param>
    /// <param name="isServer">Which end this is.</param>
    /// <param name="peer">The peer's address.</param>
    /// <param name="targetHost">The name that was asked for; null on servers.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Null: no lines are written.</param>
    public HandshakeScope(string protocol, bool isServer, EndPoint? peer, string? targetHost, TimeProvider timeProvider, ILogger? logger)
    {
        _protocol = protocol;
        _isServer = isServer;
        _peer = peer?.ToString() ?? "an unknown peer";
        _timeProvider = timeProvider;
        _logger = logger;
        _start = _timeProvider.GetTimestamp();
        try
        {
            // A client's handshake belongs to what the application does; a server's begins a trace of its own.
            _activity = Source.CreateActivity("Sockets.Handshake", isServer ? ActivityKind.Server : ActivityKind.Client);
            if (_activity is not null)
                Begin(_activity, peer, targetHost);
        }
        catch (Exception)
        {
            // A listener's exception; as at the end.
        }
    }

    public TimeSpan Elapsed => _timeProvider.GetElapsedTime(_start);

    public void Complete(string protocol, string cipherSuite)
    {
        if (_isOver)
            return;
        _isOver = true;
        try
        {
            SocketsMeter.Handshaken(Elapsed.TotalSeconds, protocol, _isServer, null);
            if (SocketsEventSource.Log.IsEnabled())
                SocketsEventSource.Log.HandshakeCompleted(_peer, protocol);
            _activity?.SetTag("tls.protocol.version", protocol);
            _activity?.SetTag("tls.cipher", cipherSuite);
            End(ActivityStatusCode.Ok, null);
            if (_logger is not null)
                SocketsLog.HandshakeCompleted(_logger, _peer, protocol, cipherSuite);
        }
        catch (Exception)
        {
            // An observer's exception has nowhere to go and changes nothing: the loop or the timer that came here serves other connections too.
        }
    }

    public void Fail(SocketFailureReason reason, string message)
    {
        if (_isOver)
            return;
        _isOver = true;
        try
        {
            SocketsMeter.Handshaken(Elapsed.TotalSeconds, _protocol, _isServer, reason);
            if (SocketsEventSource.Log.IsEnabled())
                SocketsEventSource.Log.HandshakeFailed(_peer, reason.ToString(), message);
            _activity?.SetTag("error.type", reason.ToString());
            End(ActivityStatusCode.Error, message);
            if (_logger is not null)
                SocketsLog.HandshakeFailed(_logger, _peer, reason, message);
        }
        catch (Exception)
        {
            // As above.
        }
    }

    private void Begin(Activity activity, EndPoint? peer, string? targetHost)
    {
        activity.DisplayName = $"{_protocol} handshake";
        if (peer is IPEndPoint endPoint)
        {
            activity.SetTag("network.peer.address", endPoint.Address.ToString());
            activity.SetTag("network.peer.port", endPoint.Port);
        }

        if (targetHost is not null)
            activity.SetTag("server.address", targetHost);
        Activity? current = Activity.Current;
        try
        {
            activity.Start();
        }
        finally
        {
            Activity.Current = current; // the handshake goes on in other contexts; it is no parent of what runs here
        }
    }

    private void End(ActivityStatusCode status, string? description)
    {
        if (_activity is null)
            return;
        Activity? current = Activity.Current;
        _activity.SetStatus(status, description);
        _activity.Stop();
        Activity.Current = current;
    }
}
