namespace Sockets.Tests.Tool;

/// <summary><c>sockets diagnose --dtls</c>.</summary>
public class DiagnoseDtlsTests
{
    [Fact]
    public async Task All_is_well()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve());
        ToolRun run = await ToolRun.CompleteAsync("diagnose", await server.AddressAsync(), "--dtls", "--ca", folder["ca.pem"]);
        Assert.Equal(0, await run.Exit);
        Assert.Equal(["dns", "handshake", "certificate", "versions", "cipher"], Diagnosis.Stages(run, "ok"));
    }

    [Fact]
    public async Task A_certificate_of_another_authority()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        using TemporaryFolder other = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve());
        ToolRun run = await ToolRun.CompleteAsync("diagnose", await server.AddressAsync(), "--dtls", "--ca", other["ca.pem"]);
        Assert.Equal(1, await run.Exit);
        Assert.Equal(["certificate"], Diagnosis.Stages(run, "FAILED"));
        Assert.Contains(run.Output, line => line.Contains("what to do: give the CA's certificate with --ca", StringComparison.Ordinal));
    }
}
