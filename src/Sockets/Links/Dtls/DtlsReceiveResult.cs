namespace Sockets;

/// <summary>Outcome of <see cref="DtlsChannel.ReceiveAsync"/>. An empty datagram is not the end: look at <see cref="IsClosed"/>.</summary>
/// <param name="Length">Bytes written to the buffer.</param>
/// <param name="IsTruncated">Whether the datagram was longer than the buffer; the rest is lost.</param>
/// <param name="IsClosed">Whether the connection was closed in good order and nothing more comes.</param>
public readonly record struct DtlsReceiveResult(int Length, bool IsTruncated, bool IsClosed);
