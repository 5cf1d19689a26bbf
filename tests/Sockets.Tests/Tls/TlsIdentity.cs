using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests.Tls;

/// <summary>An authority with an intermediate one, and what it issued: the same for all tests of TLS, made once.</summary>
internal static class TlsIdentity
{
    public static TestAuthority Root { get; } = new();

    public static TestAuthority Intermediate { get; } = Root.IssueAuthority("CN=Test Intermediate");

    /// <summary>For <see cref="TlsPair.HostName"/>, behind the intermediate authority.</summary>
    public static TlsCertificate Server { get; } = Issue([TlsPair.HostName]);

    public static TlsCertificate Client { get; } = Issue([], "CN=client", TestAuthority.ClientAuthentication);

    public static TlsCertificate Issue(string[] names, string subject = "CN=server", string purpose = TestAuthority.ServerAuthentication, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null) =>
        TlsCertificate.FromCertificate(Intermediate.Issue(names, subject, purpose, notBefore, notAfter), [X509CertificateLoader.LoadCertificate(Intermediate.Certificate.RawData)]);

    public static TlsClientOptions ClientOptions() => new() { Trust = Root.Trust, HandshakeTimeout = Waiting.HangGuard };

    public static TlsServerOptions ServerOptions() => new() { Certificates = new TlsServerCertificates(Server), HandshakeTimeout = Waiting.HangGuard };

    public static TlsClientContext CreateClient(Action<TlsClientOptions>? change = null)
    {
        TlsClientOptions options = ClientOptions();
        change?.Invoke(options);
        return TlsClientContext.Create(options);
    }

    public static TlsServerContext CreateServer(Action<TlsServerOptions>? change = null)
    {
        TlsServerOptions options = ServerOptions();
        change?.Invoke(options);
        return TlsServerContext.Create(options);
    }

    public static byte[] PinOf(X509Certificate2 certificate) => SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
