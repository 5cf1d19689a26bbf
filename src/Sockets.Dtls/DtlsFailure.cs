namespace Sockets.Dtls;

/// <summary>How a connection failed. Stored once; the connection is over.</summary>
/// <param name="Reason">The cause.</param>
/// <param name="Alert">The alert that was sent, or received when <paramref name="FromPeer"/>.</param>
/// <param name="FromPeer">Whether the peer ended the connection.</param>
/// <param name="State">The state in which it happened.</param>
public sealed record DtlsFailure(DtlsFailureReason Reason, AlertDescription Alert, bool FromPeer, DtlsState State)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => FromPeer
        ? $"the peer ended the connection with alert {Alert} ({(int)Alert}) in state {State}"
        : $"{Reason} in state {State} (alert {Alert}, {(int)Alert})";
}
