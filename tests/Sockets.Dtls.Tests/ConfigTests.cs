using System;
using System.Linq;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Settings that no handshake could carry are refused at the start, not when the first peer comes.</summary>
public sealed class ConfigTests
{
    [Theory]
    [InlineData(100, 599)]
    [InlineData(1, 0)]
    [InlineData(1, 65_535)]
    public void Authorities_that_fit_no_message_are_refused(int count, int length)
    {
        ReadOnlyMemory<byte>[] names = [.. Enumerable.Range(0, count).Select(_ => new ReadOnlyMemory<byte>(new byte[length]))];
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 1) with { CertificateAuthorities = names };
        Assert.Contains(nameof(DtlsConfig.CertificateAuthorities), Assert.Throws<ArgumentException>(config.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_authorities_are_asked_for()
    {
        ReadOnlyMemory<byte>[] names = [.. Enumerable.Range(0, 100).Select(static _ => new ReadOnlyMemory<byte>(new byte[598]))];
        using DtlsPair pair = DtlsPair.Create(server: config => config with
        {
            CertificateAuthorities = names,
            ClientAuthentication = DtlsClientAuthentication.Requested,
            DangerousUnlimitedAmplification = true,
        });
        pair.DriveToConnected();
    }

    [Fact]
    public void A_protocol_without_a_name_is_refused()
    {
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 1) with { ApplicationProtocols = [default] };
        Assert.Contains(nameof(DtlsConfig.ApplicationProtocols), Assert.Throws<ArgumentException>(config.Validate).Message, StringComparison.Ordinal);
    }
}
