using System.Diagnostics.Tracing;

namespace Sockets.Diagnostics;

/// <summary>Rare events, for dotnet-trace and its like. Nothing per record, no payload, no secret.</summary>
[EventSource(Name = "Sockets")]
internal sealed class SocketsEventSource : EventSource
{
    public static SocketsEventSource Log { get; } = new();

    [Event(1, Level = EventLevel.Informational, Message = "Connected to {0}: {1}")]
    public void Connected(string peer, string security) => WriteEvent(1, peer, security);

    [Event(2, Level = EventLevel.Warning, Message = "Connecting to {0} failed: {1}, {2}")]
    public void ConnectFailed(string peer, string reason, string message) => WriteEvent(2, peer, reason, message);

    [Event(3, Level = EventLevel.Informational, Message = "Handshake with {0} done: {1}")]
    public void HandshakeCompleted(string peer, string protocol) => WriteEvent(3, peer, protocol);

    [Event(4, Level = EventLevel.Warning, Message = "Handshake with {0} failed: {1}, {2}")]
    public void HandshakeFailed(string peer, string reason, string message) => WriteEvent(4, peer, reason, message);

    [Event(5, Level = EventLevel.Informational, Message = "Listening on {0}: {1}")]
    public void Listening(string endPoint, string security) => WriteEvent(5, endPoint, security);

    [Event(6, Level = EventLevel.Warning, Message = "Accepting on {0} failed and is tried again: {1}")]
    public void AcceptFailed(string endPoint, string message) => WriteEvent(6, endPoint, message);

    [Event(7, Level = EventLevel.Warning, Message = "The circuit to {0} opened: {1}")]
    public void CircuitOpened(string endPoint, string message) => WriteEvent(7, endPoint, message);

    [Event(8, Level = EventLevel.Informational, Message = "Certificates replaced: {0}")]
    public void CertificatesReplaced(string subject) => WriteEvent(8, subject);

    [Event(9, Level = EventLevel.Error, Message = "Certificates were not replaced: {0}")]
    public void CertificateReloadFailed(string message) => WriteEvent(9, message);
}
