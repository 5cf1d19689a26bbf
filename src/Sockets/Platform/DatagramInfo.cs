namespace Sockets.Platform;

/// <summary>What came with a datagram.</summary>
/// <param name="Length">Bytes in the buffer.</param>
/// <param name="IsTruncated">The datagram was longer than the buffer, its rest is gone.</param>
/// <param name="LocalAddress">Where it was sent to; the default value where the system does not tell.</param>
internal readonly record struct DatagramInfo(int Length, bool IsTruncated, LocalAddress LocalAddress);
