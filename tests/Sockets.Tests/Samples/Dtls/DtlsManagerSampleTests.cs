using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests.Samples;

public sealed class DtlsManagerSampleTests
{
    [Fact]
    public async Task TheManagerSampleServesAndStops()
    {
        using var authority = new TestAuthority();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sockets-test-");
        using var stopping = new CancellationTokenSource();
        try
        {
            string certificatePath = Path.Combine(folder.FullName, "server.pem");
            string keyPath = Path.Combine(folder.FullName, "server.key");
            using X509Certificate2 certificate = authority.Issue(["127.0.0.1"]);
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
            File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());

            var started = new TaskCompletionSource<ConnectionManager>();
            Task serving = DtlsManagerSample.RunAsync(new IPEndPoint(IPAddress.Loopback, 0), certificatePath, keyPath, started.SetResult, stopping.Token);
            ConnectionManager manager = await started.Task;
            byte[] echo = await DtlsChannelSample.TalkAsync("127.0.0.1", manager.LocalEndPoint.Port, [X509CertificateLoader.LoadCertificate(authority.Certificate.RawData)]).WaitAsync(Waiting.HangGuard);
            Assert.Equal("hello"u8, echo);
            await stopping.CancelAsync();
            await serving.WaitAsync(Waiting.HangGuard);
            Assert.Equal(1, manager.Statistics.Accepted);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
