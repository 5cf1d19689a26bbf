using System.Net;

namespace Sockets.Tests.Dialing;

/// <summary>What a scripted attempt gives when it succeeds.</summary>
internal sealed class FakeConnection(IPEndPoint endPoint) : IDisposable
{
    public IPEndPoint EndPoint { get; } = endPoint;

    public int Disposals { get; private set; }

    public void Dispose() => Disposals++;
}
