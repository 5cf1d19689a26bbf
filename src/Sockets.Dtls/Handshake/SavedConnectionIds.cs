using System.Collections.Generic;

namespace Sockets.Dtls.Handshake;

/// <summary>What is saved of the connection IDs of an association that has agreed on some.</summary>
/// <param name="Own">Ours, the oldest first.</param>
/// <param name="InUse">Which of <paramref name="Own"/> is the newest that the peer has used.</param>
/// <param name="Peer">What our records carry.</param>
/// <param name="Spare">What they may carry instead.</param>
internal sealed record SavedConnectionIds(IReadOnlyList<byte[]> Own, int InUse, byte[] Peer, IReadOnlyList<byte[]> Spare)
{
    public bool OwesAck { get; init; }

    public bool IsRequestOpen { get; init; }

    public int QueuedRequest { get; init; }

    public int? QueuedAnswer { get; init; }

    public int QueuedIssue { get; init; }

    public DtlsConnectionIdUsage QueuedUsage { get; init; }

    public bool ChecksPaths { get; init; }
}
