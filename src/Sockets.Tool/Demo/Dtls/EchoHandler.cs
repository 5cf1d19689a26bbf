using System;
using System.Threading.Tasks;

namespace Sockets.Tool.Demo;

/// <summary>The demo's server: every datagram goes back where it came from, sealed anew, without leaving the receive loop.</summary>
internal sealed class EchoHandler : IDtlsHandler
{
    private volatile TaskCompletionSource<DtlsChannel> _next = Create();

    /// <summary>The server's end of the next connection.</summary>
    public Task<DtlsChannel> ExpectAsync() => (_next = Create()).Task;

    public void OnConnected(DtlsChannel channel) => _next.TrySetResult(channel);

    public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram) => channel.TrySend(datagram);

    private static TaskCompletionSource<DtlsChannel> Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
