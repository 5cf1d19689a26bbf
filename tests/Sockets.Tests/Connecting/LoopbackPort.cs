using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Connecting;

/// <summary>
/// A port of its own on both loopback addresses: whoever connects is refused where nobody listens, and never gets to a socket of
/// another test that has been given the same number.
/// </summary>
internal sealed class LoopbackPort : IDisposable
{
    public LoopbackPort()
    {
        while (true)
        {
            IPv4 = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            IPv4.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            IPv6 = new SystemSocket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                IPv6.Bind(new IPEndPoint(IPAddress.IPv6Loopback, Number));
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                Dispose();
            }
        }
    }

    /// <summary>Bound; not listening until somebody lets it.</summary>
    public SystemSocket IPv4 { get; }

    /// <inheritdoc cref="IPv4"/>
    public SystemSocket IPv6 { get; }

    public int Number => EndPoint.Port;

    public IPEndPoint EndPoint => (IPEndPoint)IPv4.LocalEndPoint!;

    public void Dispose()
    {
        IPv4.Dispose();
        IPv6.Dispose();
    }
}
