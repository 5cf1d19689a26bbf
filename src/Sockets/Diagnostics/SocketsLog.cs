using Microsoft.Extensions.Logging;

namespace Sockets.Diagnostics;

/// <summary>The lines of the log, for whoever sets <see cref="SocketOptions.Logger"/>. Addresses and reasons, never payload or secrets.</summary>
internal static partial class SocketsLog
{
    [LoggerMessage(1, LogLevel.Debug, "Connected to {Peer} ({Security}).")]
    public static partial void Connected(ILogger logger, string peer, string security);

    [LoggerMessage(2, LogLevel.Warning, "Connecting to {Peer} failed ({Reason}): {Message}")]
    public static partial void ConnectFailed(ILogger logger, string peer, SocketFailureReason reason, string message);

    [LoggerMessage(3, LogLevel.Debug, "Handshake with {Peer} done: {Protocol}, {CipherSuite}.")]
    public static partial void HandshakeCompleted(ILogger logger, string peer, string protocol, string cipherSuite);

    [LoggerMessage(4, LogLevel.Information, "Handshake with {Peer} failed ({Reason}): {Message}")]
    public static partial void HandshakeFailed(ILogger logger, string peer, SocketFailureReason reason, string message);

    [LoggerMessage(5, LogLevel.Information, "Listening on {EndPoint} ({Security}).")]
    public static partial void Listening(ILogger logger, string endPoint, string security);

    [LoggerMessage(6, LogLevel.Warning, "Accepting on {EndPoint} failed and is tried again: {Message}")]
    public static partial void AcceptFailed(ILogger logger, string endPoint, string message);
}
