namespace Sockets;

/// <summary>Outcome of a receive.</summary>
/// <param name="Count">Bytes written to the buffer. An empty datagram has 0 and is not the end.</param>
/// <param name="IsEnd">Whether the peer has closed its side in good order: nothing more comes.</param>
/// <param name="IsTruncated">Whether a datagram was longer than the buffer; the rest of it is lost.</param>
public readonly record struct SocketReceiveResult(int Count, bool IsEnd = false, bool IsTruncated = false);
