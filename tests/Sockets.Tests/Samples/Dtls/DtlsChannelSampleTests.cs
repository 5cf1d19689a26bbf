using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests.Samples;

public sealed class DtlsChannelSampleTests
{
    [Fact]
    public async Task TheListenerSampleServesTheChannelSample()
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

            var listening = new TaskCompletionSource<IPEndPoint>();
            Task serving = DtlsChannelSample.ServeAsync(new IPEndPoint(IPAddress.Loopback, 0), certificatePath, keyPath, listening.SetResult, stopping.Token);
            IPEndPoint endPoint = await listening.Task;
            byte[] echo = await DtlsChannelSample.TalkAsync("127.0.0.1", endPoint.Port, [X509CertificateLoader.LoadCertificate(authority.Certificate.RawData)]).WaitAsync(Waiting.HangGuard);
            Assert.Equal("hello"u8, echo);
            await stopping.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving.WaitAsync(Waiting.HangGuard));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
