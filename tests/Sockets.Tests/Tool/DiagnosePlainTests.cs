using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Tool;

/// <summary><c>sockets diagnose --tcp</c>, which every build has.</summary>
public class DiagnosePlainTests
{
    [Fact]
    public async Task Name_and_connection_are_told_apart()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        ToolRun run = await ToolRun.CompleteAsync("diagnose", $"localhost:{((IPEndPoint)listener.LocalEndpoint).Port}", "--tcp");
        Assert.Equal(0, await run.Exit);
        Assert.Equal(["dns", "connect"], Diagnosis.Stages(run, "ok"));
        Assert.Contains(run.Output, line => line.Contains("IPv4 in ", StringComparison.Ordinal) && line.EndsWith(": 127.0.0.1", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.Contains($"{listener.LocalEndpoint} connected in ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_connection()
    {
        using var taken = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, and not listening
        ToolRun run = await ToolRun.CompleteAsync("diagnose", taken.LocalEndPoint!.ToString()!, "--tcp");
        Assert.Equal(1, await run.Exit);
        Assert.Empty(run.Errors);
        Assert.Equal(["connect"], Diagnosis.Stages(run, "FAILED"));
        Assert.Contains(run.Output, line => line.Contains($"{taken.LocalEndPoint} refused after ", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.Contains("what to do: the machine is there, and nobody listens on this port", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_name()
    {
        ToolRun run = await ToolRun.CompleteAsync("diagnose", "no-such-host.invalid:443", "--tcp");
        Assert.Equal(1, await run.Exit);
        Assert.Equal(["dns"], Diagnosis.Stages(run, "FAILED"));
        Assert.Contains(run.Output, line => line.EndsWith("what to do: check the spelling, or give an IP address.", StringComparison.Ordinal));
    }

    [Fact]
    public Task Without_an_address() => ToolRun.FailsAsync("HOST:PORT is needed", "diagnose", "--tcp");
}
