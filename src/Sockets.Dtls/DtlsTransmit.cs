namespace Sockets.Dtls;

/// <summary>What one call of PollTransmit wrote.</summary>
/// <param name="Length">Bytes written; 0 when there is nothing to send.</param>
/// <param name="SegmentSize">Bytes of each datagram in them; the last may be shorter.</param>
/// <param name="Path">Where they go.</param>
public readonly record struct DtlsTransmit(int Length, int SegmentSize, DtlsPath Path)
{
    /// <summary>Whether there was nothing to send.</summary>
    public bool IsEmpty => Length == 0;
}
