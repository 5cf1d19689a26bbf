using System.Net;
using System.Net.Sockets;

namespace Sockets.LoadBench.Streams;

/// <summary>Two sockets of System.Net.Sockets over loopback.</summary>
internal static class SystemPair
{
    public static (SystemSocket Near, SystemSocket Far) Connect()
    {
        using var listener = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var near = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.Connect(listener.LocalEndPoint!);
        SystemSocket far = listener.Accept();
        far.NoDelay = true;
        return (near, far);
    }
}
