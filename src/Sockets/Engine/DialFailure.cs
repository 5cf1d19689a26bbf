using System;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Engine;

/// <summary>One thing that went wrong on the way: a look-up (no <paramref name="EndPoint"/>) or an attempt.</summary>
internal readonly record struct DialFailure(AddressFamily Family, IPEndPoint? EndPoint, Exception Error)
{
    /// <summary>Null when it was not the system that said no.</summary>
    public SocketError? SocketError => (Error as SocketException ?? Error.InnerException as SocketException)?.SocketErrorCode;

    public SocketFailureReason Reason => Error switch
    {
        SocketException exception => SocketFailureException.ReasonOf(exception.SocketErrorCode),
        SocketFailureException failure => failure.Reason,
        OperationCanceledException => SocketFailureReason.TimedOut,
        _ => SocketFailureReason.Other,
    };
}
