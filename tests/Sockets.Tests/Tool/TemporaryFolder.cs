namespace Sockets.Tests.Tool;

/// <summary>A folder that is gone after the test, with development certificates when asked.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sockets-test-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string FullName => _folder.FullName;

    public static async Task<TemporaryFolder> WithCertificatesAsync()
    {
        var folder = new TemporaryFolder();
        ToolRun run = await ToolRun.CompleteAsync("certs", "dev", "--out", folder.FullName);
        Assert.Equal(0, await run.Exit);
        return folder;
    }

    /// <summary>The options of a server that uses these certificates, on a port the system chooses.</summary>
    public string[] Serve(params string[] more) => ["serve", "--dtls", "127.0.0.1:0", "--cert", this["server.pem"], "--key", this["server.key"], .. more];

    public string[] Connect(string server, params string[] more) => ["connect", server, "--ca", this["ca.pem"], .. more];

    public void Dispose() => _folder.Delete(recursive: true);
}
