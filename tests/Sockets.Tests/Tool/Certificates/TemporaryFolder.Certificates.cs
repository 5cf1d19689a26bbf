namespace Sockets.Tests.Tool;

internal sealed partial class TemporaryFolder
{
    /// <summary>With development certificates in it.</summary>
    public static async Task<TemporaryFolder> WithCertificatesAsync()
    {
        var folder = new TemporaryFolder();
        ToolRun run = await ToolRun.CompleteAsync("certs", "dev", "--out", folder.FullName);
        Assert.Equal(0, await run.Exit);
        return folder;
    }
}
