using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests.Tool;

/// <summary>Who the ends of a connection of the tool are: bare keys, names, certificates after the handshake, OCSP responses.</summary>
public class IdentityOptionTests
{
    [Fact]
    public async Task Bare_keys_need_no_certificate()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        string serverHash = WritePublicKey(folder, "server");
        string clientHash = WritePublicKey(folder, "client");
        await using ToolRun server = ToolRun.Start("serve", "--dtls", "127.0.0.1:0", "--cert", folder["server.pub"], "--key", folder["server.key"], "--client-pin-key", folder["client.pub"], "--once", "3");
        string[] connect = ["connect", await server.AddressAsync(), "--send", folder["file"], "--cert", folder["client.pub"], "--key", folder["client.key"]];
        foreach (string pin in (string[])[folder["server.pub"], folder["server.pem"], serverHash])
        {
            ToolRun client = await ToolRun.CompleteAsync([.. connect, "--pin-key", pin]);
            Assert.Empty(client.Errors);
            Assert.EndsWith($" server-cert=bare-key:{serverHash}", client.Output[0], StringComparison.Ordinal);
        }

        Assert.EndsWith($" client-cert=bare-key:{clientHash}", await server.LineAsync("connected "), StringComparison.Ordinal);
        Assert.Equal(0, await server.Exit.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task A_pinned_key_is_as_good_in_a_certificate_and_no_other_key_is()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve());
        string[] connect = ["connect", await server.AddressAsync(), "--send", folder["file"], "--pin-key"];
        Assert.EndsWith(" server-cert=CN=server", (await ToolRun.CompleteAsync([.. connect, folder["server.pem"]])).Output[0], StringComparison.Ordinal);
        await ToolRun.FailsAsync("The server's certificate was refused", [.. connect, folder["client.pem"]]);
        await ToolRun.FailsAsync("is neither a SHA-256 fingerprint of 64 hexadecimal digits nor a file", [.. connect, folder["missing"]]);
        await ToolRun.FailsAsync("There is neither a PEM public key nor a certificate in", [.. connect, folder["file"]]);
        await ToolRun.FailsAsync("--ca and --pin-key exclude each other", [.. connect, folder["server.pem"], "--ca", folder["ca.pem"]]);
        await ToolRun.FailsAsync("--client-ca and --client-pin-key exclude each other", folder.Serve("--client-ca", folder["ca.pem"], "--client-pin-key", folder["client.pem"]));
    }

    [Fact]
    public async Task A_bare_key_with_another_private_key_is_named()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        WritePublicKey(folder, "server");
        await ToolRun.FailsAsync("server.pub with ", "serve", "--dtls", "127.0.0.1:0", "--cert", folder["server.pub"], "--key", folder["client.key"]);
        await ToolRun.FailsAsync("There is no PEM private key in", "serve", "--dtls", "127.0.0.1:0", "--cert", folder["server.pub"], "--key", folder["server.pub"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_name_has_its_certificate(bool refusesUnknown)
    {
        using TemporaryFolder first = await TemporaryFolder.WithCertificatesAsync();
        using var second = new TemporaryFolder();
        Assert.Equal(0, await (await ToolRun.CompleteAsync("certs", "dev", "--out", second.FullName, "--name", "other.example", "--name", "*.wild.example")).Exit);
        File.WriteAllText(first["file"], "small");
        string[] more = ["--cert", second["server.pem"], "--key", second["server.key"], "--tickets", "1", "--cookie", "never", "--early-data", "100"];
        await using ToolRun server = ToolRun.Start(first.Serve(refusesUnknown ? [.. more, "--refuse-unknown-names"] : more));
        string address = await server.AddressAsync();
        string[] Connect(TemporaryFolder authority, string name) => ["connect", address, "--ca", authority["ca.pem"], "--name", name, "--send", first["file"]];
        Assert.Equal(0, await (await ToolRun.CompleteAsync(Connect(first, "localhost"))).Exit);
        Assert.Equal(0, await (await ToolRun.CompleteAsync(Connect(second, "a.wild.example"))).Exit);
        await ToolRun.FailsAsync(refusesUnknown ? "unrecognized_name" : "is not trusted", Connect(second, "unknown.example"));

        // What belongs to a name is resumed, and its early data taken, by that name.
        string[] resume = [.. Connect(second, "other.example"), "--ticket", first["tickets"], "--early-data", "early"];
        Assert.Contains("early-data rejected", (await ToolRun.CompleteAsync(resume)).Output);
        ToolRun resumed = await ToolRun.CompleteAsync(resume);
        Assert.Contains(" resumed=yes", resumed.Output[0], StringComparison.Ordinal);
        Assert.Contains("early-data accepted", resumed.Output);
        Assert.EndsWith(" early", await server.LineAsync("early-data peer="), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_certificates_for_a_name_and_bare_keys_are_there_for_who_takes_them(bool refusesUnknown)
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        using var other = new TemporaryFolder();
        Assert.Equal(0, await (await ToolRun.CompleteAsync("certs", "dev", "--out", other.FullName, "--name", "other.example")).Exit);
        string bareHash = WritePublicKey(folder, "client");
        WriteRsaCertificate(folder, "localhost");
        await using ToolRun server = ToolRun.Start(folder.Serve(
        [
            "--cert", folder["client.pub"], "--key", folder["client.key"],
            "--cert", folder["rsa.pem"], "--key", folder["rsa.key"],
            "--cert", other["server.pem"], "--key", other["server.key"],
            .. (ReadOnlySpan<string>)(refusesUnknown ? ["--refuse-unknown-names"] : []),
        ]));
        string[] address = (await server.AddressAsync()).Split(':');
        async Task<DtlsChannel> ConnectAsync(string name, SignatureScheme scheme, DtlsCertificateType type)
        {
            var options = new DtlsClientOptions
            {
                TargetHost = name,
                Trust = type == DtlsCertificateType.X509 ? PeerTrust.DangerousAcceptAnyCertificate : PeerTrust.PublicKeyHashes(Convert.FromHexString(bareHash)),
                PeerCertificateTypes = [type],
                ConfigureEngine = config => config with { SignatureSchemes = [scheme] },
            };
            return await DtlsChannel.ConnectAsync(address[0], int.Parse(address[1], CultureInfo.InvariantCulture), options).AsTask().WaitAsync(Waiting.HangGuard);
        }

        foreach (string name in (string[])(refusesUnknown ? ["localhost"] : ["localhost", "unknown.example"]))
        {
            foreach ((SignatureScheme scheme, DtlsCertificateType type, string expected) in ((SignatureScheme, DtlsCertificateType, string)[])
                [
                    (SignatureScheme.EcdsaSecp256r1Sha256, DtlsCertificateType.X509, "CN=server"),
                    (SignatureScheme.RsaPssRsaeSha256, DtlsCertificateType.X509, "CN=rsa"),
                    (SignatureScheme.EcdsaSecp256r1Sha256, DtlsCertificateType.RawPublicKey, $"bare-key:{bareHash}"),
                ])
            {
                await using DtlsChannel channel = await ConnectAsync(name, scheme, type);
                Assert.Equal(expected, Sockets.Tool.ChannelText.Peer(channel));
            }
        }
    }

    [Fact]
    public async Task A_certificate_is_asked_for_after_the_handshake()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve("--client-ca", folder["ca.pem"], "--post-handshake-auth"));
        string address = await server.AddressAsync();
        await using ToolRun client = ToolRun.Start(folder.Connect(address, "--post-handshake-auth", "--cert", folder["client.pem"], "--key", folder["client.key"]));
        Assert.EndsWith(" client-cert=none", await server.LineAsync("connected "), StringComparison.Ordinal);
        Assert.EndsWith(" CN=client", await server.LineAsync("client-cert peer="), StringComparison.Ordinal);
        Assert.Equal(0, await client.InterruptAsync());
        await ToolRun.FailsAsync("--post-handshake-auth needs --client-ca FILE", folder.Serve("--post-handshake-auth"));
    }

    [Fact]
    public async Task An_ocsp_response_is_sent_along_and_can_be_required()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        using (var authority = X509Certificate2.CreateFromPemFile(folder["ca.pem"], folder["ca.key"]))
        using (X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(folder["server.pem"]))
        {
            var responder = new OcspResponder(authority) { ThisUpdate = certificate.NotBefore, NextUpdate = certificate.NotAfter };
            File.WriteAllBytes(folder["good"], responder.Answer(certificate));
            File.WriteAllBytes(folder["revoked"], responder.Answer(certificate, status: 1));
        }

        await using ToolRun with = ToolRun.Start(folder.Serve("--ocsp-response", folder["good"]));
        await using ToolRun revoked = ToolRun.Start(folder.Serve("--ocsp-response", folder["revoked"]));
        await using ToolRun without = ToolRun.Start(folder.Serve());
        string[] Connect(string address, string ocsp) => folder.Connect(address, "--send", folder["file"], "--ocsp", ocsp);
        Assert.Equal(0, await (await ToolRun.CompleteAsync(Connect(await with.AddressAsync(), "require"))).Exit);
        Assert.Equal(0, await (await ToolRun.CompleteAsync(Connect(await without.AddressAsync(), "request"))).Exit);
        await ToolRun.FailsAsync("The server's certificate was refused", Connect(await without.AddressAsync(), "require"));
        await ToolRun.FailsAsync("revoked", Connect(await revoked.AddressAsync(), "request"));
        await ToolRun.FailsAsync("There is no OCSP response in DER in", folder.Serve("--ocsp-response", folder["file"]));
        await ToolRun.FailsAsync("2 and 1 of them were given", folder.Serve("--ocsp-response", folder["good"], "--ocsp-response", folder["good"]));
    }

    private static void WriteRsaCertificate(TemporaryFolder folder, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=rsa", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(folder["rsa.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(folder["rsa.key"], key.ExportPkcs8PrivateKeyPem());
    }

    /// <returns>The key's SHA-256.</returns>
    private static string WritePublicKey(TemporaryFolder folder, string name)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(folder[$"{name}.pem"]);
        byte[] key = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        File.WriteAllText(folder[$"{name}.pub"], PemEncoding.WriteString("PUBLIC KEY", key));
        return Convert.ToHexStringLower(SHA256.HashData(key));
    }
}
