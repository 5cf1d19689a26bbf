using System.Net.Security;
using System.Security.Authentication;
using Sockets.Links.Tls;

namespace Sockets.Tests.Tls;

/// <summary>Which versions are spoken follows from what is allowed and from what the list of suites has something for.</summary>
public class VersionChoiceTests
{
    private const TlsCipherSuite Of12 = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
    private const TlsCipherSuite Of13 = TlsCipherSuite.TLS_AES_128_GCM_SHA256;

    [Theory]
    [InlineData(false, SslProtocols.Tls13)]
    [InlineData(true, SslProtocols.Tls12 | SslProtocols.Tls13)]
    [InlineData(false, SslProtocols.Tls13, Of13)]
    [InlineData(true, SslProtocols.Tls12 | SslProtocols.Tls13, Of13, Of12)]
    [InlineData(true, SslProtocols.Tls12, Of12)]
    public void Versions_that_have_a_suite(bool allowTls12, SslProtocols expected, params TlsCipherSuite[] suites)
    {
        var settings = new TlsSettings(new TlsClientOptions { AllowTls12 = allowTls12, CipherSuites = suites.Length == 0 ? null : suites });
        Assert.Equal(expected, settings.Versions);
    }

    [Fact]
    public void Suites_of_a_version_that_is_not_allowed()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new TlsSettings(new TlsClientOptions { CipherSuites = [Of12] }));
        Assert.StartsWith("None of CipherSuites is of TLS 1.3, and AllowTls12 is false.", exception.Message, StringComparison.Ordinal);
    }
}
