using System.Security.Cryptography.X509Certificates;
using Sockets.Certificates;

namespace Sockets.Tests.Tool;

public class CertsTests
{
    private static readonly string[] Files = ["ca.key", "ca.pem", "client.key", "client.pem", "server.key", "server.pem"];

    [Fact]
    public async Task Development_certificates_form_chains_that_the_verifier_accepts()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = await ToolRun.CompleteAsync("certs", "dev", "--out", folder["new"], "--name", "device.example", "--name", "192.0.2.9");
        Assert.Equal(0, await run.Exit);
        Assert.Equal(Files, Directory.GetFiles(folder["new"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        using X509Certificate2 server = X509CertificateLoader.LoadCertificateFromFile(folder["new/server.pem"]);
        using X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(folder["new/ca.pem"]);
        Assert.Equal("1.2.840.10045.2.1", server.PublicKey.Oid.Value);
        Assert.InRange(server.NotAfter.ToUniversalTime(), DateTime.UtcNow.AddDays(29), DateTime.UtcNow.AddDays(31));
        foreach (string name in new[] { "localhost", "127.0.0.1", "::1", "device.example", "192.0.2.9" })
        {
            var verifier = new CertificateVerifier(PeerTrust.Anchors([root]), CertificatePurpose.ServerAuthentication, name);
            Assert.Null(verifier.Verify([server.RawData]).Explanation);
        }

        using X509Certificate2 client = X509CertificateLoader.LoadCertificateFromFile(folder["new/client.pem"]);
        Assert.Null(new CertificateVerifier(PeerTrust.Anchors([root]), CertificatePurpose.ClientAuthentication, null).Verify([client.RawData]).Explanation);
        using X509Certificate2 withKey = X509Certificate2.CreateFromPemFile(folder["new/client.pem"], folder["new/client.key"]);
        Assert.True(withKey.HasPrivateKey);
    }

    [Fact]
    public async Task Keys_belong_to_their_owner_only_and_nothing_is_overwritten_unasked()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        byte[] before = File.ReadAllBytes(folder["server.key"]);
        await ToolRun.FailsAsync("exists already: use --force", "certs", "dev", "--out", folder.FullName);
        Assert.Equal(before, File.ReadAllBytes(folder["server.key"]));

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder["server.key"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        ToolRun run = await ToolRun.CompleteAsync("certs", "dev", "--out", folder.FullName, "--force");
        Assert.Equal(0, await run.Exit);
        Assert.NotEqual(before, File.ReadAllBytes(folder["server.key"]));
        if (OperatingSystem.IsWindows())
            return;
        foreach (string key in new[] { "ca.key", "client.key", "server.key" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder[key]));
    }

    [Fact]
    public async Task Bad_input_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        await ToolRun.FailsAsync("is a file, not a folder", "certs", "dev", "--out", folder["file"]);
        await ToolRun.FailsAsync("'not a name' is neither a DNS name nor an IP address", "certs", "dev", "--out", folder.FullName, "--name", "not a name");
        Assert.Equal(["file"], Directory.GetFiles(folder.FullName).Select(Path.GetFileName));
    }
}
