namespace Sockets;

/// <summary>Outcome of one operation of a batch.</summary>
/// <param name="Count">Bytes accepted, or received.</param>
/// <param name="IsEnd">Of a receive: the peer has closed its side in good order.</param>
/// <param name="IsTruncated">Of a receive: a datagram was longer than the buffer; the rest of it is lost.</param>
public readonly record struct SocketOperationResult(int Count, bool IsEnd = false, bool IsTruncated = false);
