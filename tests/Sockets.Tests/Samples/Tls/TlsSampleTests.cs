using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests.Samples;

/// <summary>Changes the current folder, where the sample looks for its certificate: alone.</summary>
[CollectionDefinition(nameof(TlsSampleTests), DisableParallelization = true)]
[Collection(nameof(TlsSampleTests))]
public sealed class TlsSampleTests
{
    [Fact]
    public async Task TheServerSampleServesThePooledClientAndThePollLoop()
    {
        using var authority = new TestAuthority();
        string folder = Directory.CreateTempSubdirectory().FullName;
        string before = Directory.GetCurrentDirectory();
        using var stopping = new CancellationTokenSource();
        try
        {
            using (var certificate = authority.Issue(["localhost", "127.0.0.1"]))
            {
                File.WriteAllText(Path.Combine(folder, "server.pem"), certificate.ExportCertificatePem());
                using ECDsa key = certificate.GetECDsaPrivateKey()!;
                File.WriteAllText(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
            }

            Directory.SetCurrentDirectory(folder);
            var listening = new TaskCompletionSource<EndPoint>();
            Task server = TlsServerSample.RunAsync(new IPEndPoint(IPAddress.Loopback, 0), listening.SetResult, stopping.Token);
            var endPoint = (IPEndPoint)await listening.Task.WaitAsync(Waiting.HangGuard);

            SocketClientOptions options = new SocketClientOptions().UseTls(new TlsClientOptions { Trust = authority.Trust });
            await using (var pool = new SocketPool())
                Assert.Equal("hello"u8.ToArray(), await PooledClientSample.RunAsync(pool, "127.0.0.1", endPoint.Port, options, "hello"u8.ToArray()));
            Assert.Equal("hello", await Task.Run(() => PollLoopSample.Run(endPoint, options)).WaitAsync(Waiting.HangGuard));

            stopping.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.WaitAsync(Waiting.HangGuard));
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            Directory.Delete(folder, recursive: true);
        }
    }
}
