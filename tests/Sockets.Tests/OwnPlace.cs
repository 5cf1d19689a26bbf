using System.Net;

namespace Sockets.Tests;

/// <summary>
/// Addresses and ports of this machine that nobody else takes, neither another test nor another process: what was bound there can be closed
/// and bound again by its number, or stay closed. The addresses are those of one process, the ports below those that the system gives away.
/// </summary>
internal static class OwnPlace
{
    private const int FirstPort = 10_000;
    private const int Ports = 20_000;

    private static int _last;

    public static IPEndPoint Next()
    {
        if (!OperatingSystem.IsLinux())
            return AnyFree();
        int number = Interlocked.Increment(ref _last);
        int process = Environment.ProcessId;
        var address = new IPAddress([127, (byte)(64 + ((process >> 8) & 0x3F)), (byte)process, (byte)number]);
        return new IPEndPoint(address, FirstPort + (number % Ports));
    }

    /// <summary>Elsewhere there is one address, and the system does not give the same port away again at once.</summary>
    private static IPEndPoint AnyFree()
    {
        using var probe = new SystemSocket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }
}
