namespace Sockets.Dtls.Handshake;

/// <summary>A message of ours until the peer has all of it.</summary>
internal sealed class OutgoingMessage(HandshakeType type, ushort sequence, ulong epoch, byte[] body)
{
    public HandshakeType Type { get; } = type;

    public ushort Sequence { get; } = sequence;

    /// <summary>The epoch it is sent in, the first time and every time.</summary>
    public ulong Epoch { get; } = epoch;

    public byte[] Body { get; } = body;

    /// <summary>Bytes the peer has acknowledged.</summary>
    public ByteRanges Acknowledged { get; } = new(body.Length);

    /// <summary>Length for the purpose of ranges: an empty message counts as one byte.</summary>
    public int RangeLength => Body.Length == 0 ? 1 : Body.Length;
}
