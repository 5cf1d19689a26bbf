using System;

namespace Sockets.Tool.Demo;

/// <summary>The demo's server: every datagram goes back where it came from, sealed anew, without leaving the receive loop.</summary>
internal sealed class EchoHandler : IDtlsHandler
{
    public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram) => channel.TrySend(datagram);
}
