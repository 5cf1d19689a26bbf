namespace Sockets.Tests.Tool;

/// <summary><c>sockets diagnose</c> against TLS servers.</summary>
public class DiagnoseTlsTests
{
    [Fact]
    public async Task All_is_well()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.ServeTls("--alpn", "h2"));
        ToolRun run = await ToolRun.CompleteAsync("diagnose", await server.AddressAsync(), "--ca", folder["ca.pem"], "--alpn", "h2,mqtt");
        Assert.Equal(0, await run.Exit);
        Assert.Empty(run.Errors);
        Assert.Equal(["dns", "connect", "handshake", "certificate", "versions", "cipher", "alpn"], Diagnosis.Stages(run, "ok"));
        Assert.Contains(run.Output, line => line.Contains("TLS 1.3 yes, TLS 1.2 no", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.Contains("names   localhost, 127.0.0.1, ::1", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.EndsWith("29 days left", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.EndsWith("h2, of h2, mqtt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Both_versions_are_told_apart()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.ServeTls("--tls12"));
        ToolRun run = await ToolRun.CompleteAsync("diagnose", await server.AddressAsync(), "--ca", folder["ca.pem"]);
        Assert.Equal(0, await run.Exit);
        Assert.Contains(run.Output, line => line.Contains("TLS 1.3 yes, TLS 1.2 yes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bad_certificate_is_the_certificates_stage_alone()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.ServeTls());
        ToolRun run = await ToolRun.CompleteAsync("diagnose", await server.AddressAsync(), "--ca", folder["ca.pem"], "--name", "wrong.example");
        Assert.Equal(1, await run.Exit);
        Assert.Equal(["certificate"], Diagnosis.Stages(run, "FAILED"));
        Assert.Equal(["dns", "connect", "handshake", "versions", "cipher", "alpn"], Diagnosis.Stages(run, "ok"));
        Assert.Contains(run.Output, line => line.Contains("it is not for 'wrong.example'", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.Contains("what to do: connect by one of the certificate's names", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_common_protocol_is_the_stage_of_protocols_alone()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.ServeTls("--alpn", "h2"));
        ToolRun run = await ToolRun.CompleteAsync("diagnose", await server.AddressAsync(), "--ca", folder["ca.pem"], "--alpn", "mqtt");
        Assert.Equal(1, await run.Exit);
        Assert.Equal(["alpn"], Diagnosis.Stages(run, "FAILED"));
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_fails_the_handshake()
    {
        await using ToolRun server = ToolRun.Start("serve", "--tcp", "127.0.0.1:0");
        ToolRun run = await ToolRun.CompleteAsync("diagnose", await server.AddressAsync());
        Assert.Equal(1, await run.Exit);
        Assert.Equal(["dns", "connect"], Diagnosis.Stages(run, "ok"));
        Assert.Equal(["handshake"], Diagnosis.Stages(run, "FAILED"));
        Assert.Contains(run.Output, line => line.Contains("see that this port speaks TLS", StringComparison.Ordinal));
    }
}
