namespace Sockets;

/// <summary>Outcome of sending a file.</summary>
/// <param name="BytesSent">Exactly how many bytes were accepted: the rest begins at the offset plus this many.</param>
/// <param name="Outcome">Why it ended there.</param>
public readonly record struct SocketSendFileResult(long BytesSent, SocketSendFileOutcome Outcome)
{
    /// <summary>Whether everything that was asked for was accepted.</summary>
    public bool IsComplete => Outcome == SocketSendFileOutcome.Complete;
}
