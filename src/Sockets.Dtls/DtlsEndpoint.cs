#pragma warning disable CS1591, CA1822, CA1065, IDE0060 // bodies are being written
using System;

namespace Sockets.Dtls;

public sealed partial class DtlsEndpoint : IDisposable
{
    public DtlsEndpoint(DtlsEndpointConfig config) => throw new InvalidOperationException();

    public DtlsStatistics Statistics => default;

    public int ConnectionCount => 0;

    public MonotonicTime NextTimeout => default;

    public DtlsConnection Connect(DtlsConfig config, in DtlsPath path, MonotonicTime now) => throw new InvalidOperationException();

    public void HandleDatagram<TSink>(in DtlsPath path, Span<byte> datagram, MonotonicTime now, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct => throw new InvalidOperationException();

    public void HandleTimeout(MonotonicTime now) => throw new InvalidOperationException();

    public DtlsTransmit PollTransmit(Span<byte> destination) => throw new InvalidOperationException();

    public bool PollEvent(out DtlsEvent dtlsEvent) => throw new InvalidOperationException();

    public void Dispose()
    {
    }
}
