using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>One datagram on its way.</summary>
public sealed record NetemDatagram(DtlsAddress Source, DtlsAddress Destination, byte[] Payload);
