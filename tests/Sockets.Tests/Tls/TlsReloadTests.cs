using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Testing;
using Sockets.Tests.Tool;

namespace Sockets.Tests.Tls;

/// <summary>Certificates that change while they are in use.</summary>
public sealed class TlsReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string CertificatePath => _folder["server.pem"];

    private string KeyPath => _folder["server.key"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FilesAreReadAgainForNewConnectionsAndOldOnesLiveOn()
    {
        Write(Issue("CN=first"));
        TlsServerContext server = FromFiles();
        TlsClientContext client = TlsIdentity.CreateClient(options => options.AllowResumption = false);
        await using TlsPair old = await TlsPair.OpenAsync(client, server);
        Assert.Equal("CN=first", SubjectSeenBy(old));

        Write(Issue("CN=second"));
        server.Reload();
        await using TlsPair young = await TlsPair.OpenAsync(client, server);
        Assert.Equal("CN=second", SubjectSeenBy(young));
        await old.Client.SendAsync("still here"u8.ToArray());
        Assert.Equal(10, (await old.Server.ReceiveAsync(new byte[16])).Count);
    }

    [Fact]
    public async Task ACertificateWithAnotherOnesKeyIsRefusedByTheNamesOfItsFiles()
    {
        Write(Issue("CN=first"));
        TlsServerContext server = FromFiles();
        File.WriteAllText(CertificatePath, Issue("CN=second").ExportCertificatePem());
        CryptographicException exception = Assert.Throws<CryptographicException>(server.Reload);
        Assert.Contains(CertificatePath, exception.Message, StringComparison.Ordinal);
        Assert.Contains(KeyPath, exception.Message, StringComparison.Ordinal);
        await using TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(options => options.AllowResumption = false), server);
        Assert.Equal("CN=first", SubjectSeenBy(pair));
    }

    [Theory]
    [InlineData("", "server.pem")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "server.pem")]
    [InlineData(null, "server.key")]
    public void WhatAFileDoesNotHoldIsSaidByItsName(string? certificate, string culprit)
    {
        File.WriteAllText(CertificatePath, certificate ?? Issue("CN=first").ExportCertificatePem());
        File.WriteAllText(KeyPath, "no key");
        CryptographicException exception = Assert.Throws<CryptographicException>(() => TlsCertificate.LoadPemFiles(CertificatePath, KeyPath));
        Assert.Contains(culprit, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileAndAnEncryptedKeyAreSaidPlainly()
    {
        Assert.Throws<FileNotFoundException>(() => TlsCertificate.LoadPemFiles(CertificatePath, KeyPath));
        X509Certificate2 certificate = Issue("CN=first");
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(KeyPath, key.ExportEncryptedPkcs8PrivateKeyPem("password", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)));
        Assert.Contains("encrypted", Assert.Throws<CryptographicException>(() => TlsCertificate.LoadPemFiles(CertificatePath, KeyPath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedFilesAreNoticedByTheClockAndBadOnesReported()
    {
        var clock = new VirtualTimeProvider();
        var failures = new List<Exception>();
        Write(Issue("CN=first"));
        using TlsServerContext server = FromFiles(options =>
        {
            options.TimeProvider = clock;
            options.CertificatePollingInterval = TimeSpan.FromMinutes(1);
            options.CertificateReloadFailed = failures.Add;
        });
        TlsServerCertificates first = server.Certificates;
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(first, server.Certificates); // nothing has changed

        File.WriteAllText(CertificatePath, Issue("CN=half").ExportCertificatePem());
        Touch(1);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(first, server.Certificates);
        Assert.Contains(CertificatePath, Assert.Single(failures).Message, StringComparison.Ordinal);

        Write(Issue("CN=second"));
        Touch(2);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Same(first, server.Certificates);
        clock.Advance(TimeSpan.FromSeconds(1));
        await using TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(options => options.AllowResumption = false), server);
        Assert.Equal("CN=second", SubjectSeenBy(pair));
        Assert.Single(failures);

        server.Dispose();
        TlsServerCertificates last = server.Certificates;
        Touch(3);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Same(last, server.Certificates);
    }

    [Fact]
    public void AnObserverThatThrowsEndsNeitherTheClockNorTheWatch()
    {
        var clock = new VirtualTimeProvider();
        int told = 0;
        Write(Issue("CN=first"));
        using TlsServerContext server = FromFiles(options =>
        {
            options.TimeProvider = clock;
            options.CertificatePollingInterval = TimeSpan.FromMinutes(1);
            options.CertificateReloadFailed = _ => throw new FormatException($"{++told}");
        });
        TlsServerCertificates first = server.Certificates;
        File.WriteAllText(CertificatePath, "none");
        Touch(1);
        clock.Advance(TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, told);
        Assert.Same(first, server.Certificates);

        Write(Issue("CN=second"));
        Touch(2);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotSame(first, server.Certificates);
        Assert.Equal(2, told);
    }

    [Fact]
    public async Task SwappingUnderLoadDropsNoConnection()
    {
        TlsServerContext server = TlsIdentity.CreateServer();
        TlsClientContext client = TlsIdentity.CreateClient();
        TlsServerCertificates[] tables = [.. Enumerable.Range(0, 4).Select(static i => new TlsServerCertificates(TlsIdentity.Issue([TlsPair.HostName], $"CN=number {i}")))];
        using var stop = new CancellationTokenSource();
        Task swapping = Task.Run(async () =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                server.Replace(tables[i % tables.Length]);
                await Task.Yield();
            }
        });

        await using TlsPair old = await TlsPair.OpenAsync(client, server);
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, cancellation) =>
        {
            await using TlsPair pair = await TlsPair.OpenAsync(client, server);
            await pair.Client.SendAsync(new byte[100], cancellation);
            Assert.Equal(100, (await pair.Server.ReceiveAsync(new byte[200], cancellation)).Count);
            Assert.StartsWith("CN=", SubjectSeenBy(pair), StringComparison.Ordinal);
        });
        await old.Client.SendAsync(new byte[100]);
        Assert.Equal(100, (await old.Server.ReceiveAsync(new byte[200])).Count);
        await stop.CancelAsync();
        await swapping;
    }

    private static X509Certificate2 Issue(string subject) => TlsIdentity.Root.Issue([TlsPair.HostName], subject);

    private static string SubjectSeenBy(TlsPair pair)
    {
        using X509Certificate2? certificate = pair.Client.Security!.GetPeerCertificate();
        return certificate!.Subject;
    }

    private TlsServerContext FromFiles(Action<TlsServerOptions>? change = null) => TlsIdentity.CreateServer(options =>
    {
        options.Certificates = new TlsServerCertificates(TlsCertificate.LoadPemFiles(CertificatePath, KeyPath));
        change?.Invoke(options);
    });

    private void Write(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Times that differ whatever the file system's resolution.</summary>
    private void Touch(int minutes)
    {
        File.SetLastWriteTimeUtc(CertificatePath, new DateTime(2026, 1, 1, 0, minutes, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(KeyPath, new DateTime(2026, 1, 1, 0, minutes, 0, DateTimeKind.Utc));
    }
}
