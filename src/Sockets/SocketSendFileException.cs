namespace Sockets;

/// <summary>Sending a file failed.</summary>
public sealed class SocketSendFileException : SocketFailureException
{
    /// <summary>A failure after some bytes.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="bytesSent">How many bytes of the file had been accepted.</param>
    public SocketSendFileException(SocketFailureException failure, long bytesSent)
        : base(failure.Reason, failure.Message, failure.InnerException)
    {
        BytesSent = bytesSent;
        CertificateProblem = failure.CertificateProblem;
    }

    /// <summary>
    /// How many bytes of the file had been accepted. When the connection broke, the peer may have received fewer of them;
    /// where only the file could not be read (<see cref="SocketFailureReason.FileUnreadable"/>) the socket can be used on.
    /// </summary>
    public long BytesSent { get; }
}
