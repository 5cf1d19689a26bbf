using System;
using System.Net;

namespace Sockets;

/// <summary>One event of a <see cref="ConnectionManager"/>.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Channel">To which connection.</param>
/// <param name="RemoteEndPoint">Whose it is, as it was then.</param>
/// <param name="Failure">Why, for failed handshakes and for connections that did not end in good order; else null.</param>
/// <param name="Time">When.</param>
public readonly record struct ConnectionEvent(ConnectionEventKind Kind, DtlsChannel Channel, IPEndPoint RemoteEndPoint, DtlsException? Failure, DateTimeOffset Time);
