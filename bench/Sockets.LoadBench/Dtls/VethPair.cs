using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;

namespace Sockets.LoadBench.Dtls;

/// <summary>
/// Two network namespaces with a veth pair between them, on which nothing travels in one piece that is no packet: the sending
/// end cuts (gso_max_segs 1) and the receiving one puts nothing together (GRO is off). The namespaces have no names: they are
/// gone with the sockets and threads in them, however this process ends.
/// </summary>
internal sealed class VethPair : DatagramPlace, IDisposable
{
    private readonly NetworkNamespace _client;
    private readonly NetworkNamespace _server;

    private VethPair(NetworkNamespace client, NetworkNamespace server)
    {
        _client = client;
        _server = server;
    }

    // TEST-NET-1 (RFC 5737).
    public override IPAddress ServerAddress { get; } = IPAddress.Parse("192.0.2.1");

    public override IPAddress ClientAddress { get; } = IPAddress.Parse("192.0.2.2");

    /// <summary>Null: it cannot be made here, for the reason given.</summary>
    public static VethPair? TryCreate(out string reason)
    {
        reason = string.Empty;
        if (!OperatingSystem.IsLinux())
        {
            reason = "network namespaces are Linux's";
            return null;
        }

        NetworkNamespace? client = null;
        NetworkNamespace? server = null;
        try
        {
            client = new NetworkNamespace();
            server = new NetworkNamespace();
            var pair = new VethPair(client, server);
            int peer = server.ThreadId;
            client.Run(() =>
            {
                Ip($"link add veth0 type veth peer name veth1 netns {peer}");
                Configure("veth0", pair.ClientAddress);
                return true;
            });
            server.Run(() =>
            {
                Configure("veth1", pair.ServerAddress);
                return true;
            });
            return pair;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            client?.Dispose();
            server?.Dispose();
            reason = exception.Message;
            return null;
        }
    }

    public override T OnServer<T>(Func<T> make) => _server.Run(make);

    public override T OnClient<T>(Func<T> make) => _client.Run(make);

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private static void Configure(string name, IPAddress address)
    {
        Ip($"link set {name} gso_max_segs 1");
        Ip($"addr add {address}/30 dev {name}");
        Ip($"link set {name} up");
        Ip("link set lo up");
    }

    /// <summary>Runs iproute2 in the calling thread's namespace.</summary>
    private static void Ip(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ip {arguments}: {error.Trim()}");
    }
}
