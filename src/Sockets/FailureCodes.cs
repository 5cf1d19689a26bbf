using System;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sockets;

/// <summary>Which <see cref="FailureCode"/> an exception has, and which of them may pass by themselves.</summary>
public static partial class FailureCodes
{
    /// <summary>The code of any exception that an operation of a socket ends with.</summary>
    public static FailureCode Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        FailureCode code = FailureCode.None;
        ReadTls(exception, ref code);
        return exception switch
        {
            _ when code != FailureCode.None => code,
            ICodedFailure failure => failure.Code,
            SocketException socketException => Of(SocketFailureException.ReasonOf(socketException.SocketErrorCode)),
            CryptographicException => FailureCode.CryptoError,
            OutOfMemoryException => FailureCode.OutOfMemory,
            TimeoutException => FailureCode.ConnectionTimedOut,
            ObjectDisposedException => FailureCode.ConnectionClosed,
            ArgumentException => FailureCode.InvalidConfiguration,
            NotSupportedException => FailureCode.UnsupportedFeature,
            _ => FailureCode.Other,
        };
    }

    /// <summary>The code of what TLS throws.</summary>
    static partial void ReadTls(Exception exception, ref FailureCode code);

    /// <summary>The code of a reason.</summary>
    public static FailureCode Of(SocketFailureReason reason) => reason switch
    {
        SocketFailureReason.Other => FailureCode.NetworkError,
        SocketFailureReason.Closed => FailureCode.ConnectionClosed,
        SocketFailureReason.TimedOut => FailureCode.ConnectionTimedOut,
        SocketFailureReason.HostNotFound => FailureCode.HostNotFound,
        SocketFailureReason.ConnectionRefused => FailureCode.ConnectionRefused,
        SocketFailureReason.ConnectionReset => FailureCode.ConnectionReset,
        SocketFailureReason.Unreachable => FailureCode.Unreachable,
        SocketFailureReason.AddressInUse or SocketFailureReason.AddressNotAvailable => FailureCode.BindFailed,
        SocketFailureReason.AccessDenied => FailureCode.AccessDenied,
        SocketFailureReason.ResourcesExhausted => FailureCode.ResourcesExhausted,
        SocketFailureReason.MessageTooLarge => FailureCode.MessageTooLarge,
        SocketFailureReason.HandshakeFailed => FailureCode.HandshakeFailed,
        SocketFailureReason.CertificateRejected => FailureCode.CertificateRejected,
        SocketFailureReason.NoApplicationProtocol => FailureCode.NoApplicationProtocol,
        SocketFailureReason.Truncated => FailureCode.Truncated,
        SocketFailureReason.ProtocolError => FailureCode.ProtocolError,
        SocketFailureReason.FileUnreadable => FailureCode.FileUnreadable,
        SocketFailureReason.LimitReached => FailureCode.LimitReached,
        SocketFailureReason.CircuitOpen => FailureCode.CircuitOpen,
        SocketFailureReason.NotSupported => FailureCode.UnsupportedFeature,
        _ => FailureCode.None,
    };

    /// <summary>
    /// Whether the cause may pass by itself, so that another connection may succeed. Never what the peer, its certificate or the
    /// cryptography says: that will be the same the next time.
    /// </summary>
    public static bool IsTransient(FailureCode code) => code is
        FailureCode.ConnectionRefused or FailureCode.ConnectionTimedOut or FailureCode.ConnectionReset
        or FailureCode.Unreachable or FailureCode.PeerUnreachable or FailureCode.ResourcesExhausted;
}
