using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Tests;

/// <summary>Variable and switch are the process's, so nothing runs beside.</summary>
[Collection(nameof(PreferredCryptoTests))]
[CollectionDefinition(nameof(PreferredCryptoTests), DisableParallelization = true)]
public sealed class PreferredCryptoTests
{
    [Fact]
    public void The_environment_names_a_provider_where_code_does_not() => WithVariable("bcl", () =>
    {
        Assert.Same(BclCryptoProvider.Instance, new DtlsClientOptions().EffectiveCrypto);
        Assert.Same(BclCryptoProvider.Instance, new DtlsServerOptions().EffectiveCrypto);
    });

    [Fact]
    public void Code_outranks_the_environment() => WithVariable("bcl", () =>
    {
        Assert.SkipUnless(OpenSslCryptoProvider.IsSupported, "libcrypto 3 was not found.");
        Assert.Same(OpenSslCryptoProvider.Instance, new DtlsClientOptions { Crypto = OpenSslCryptoProvider.Instance }.EffectiveCrypto);
    });

    [Fact]
    public void FIPS_mode_outranks_the_environment() => WithVariable("bcl", () =>
    {
        Assert.SkipUnless(OpenSslCryptoProvider.IsSupported, "libcrypto 3 was not found.");
        AppContext.SetSwitch(CryptoProviders.FipsSwitch, true);
        try
        {
            Assert.Same(OpenSslCryptoProvider.Instance, new DtlsServerOptions().EffectiveCrypto);
        }
        finally
        {
            AppContext.SetSwitch(CryptoProviders.FipsSwitch, false);
        }
    });

    [Fact]
    public void A_name_that_means_nothing_is_an_error() =>
        WithVariable("fastest", () => Assert.Throws<ArgumentException>(() => new DtlsClientOptions().EffectiveCrypto));

    [Fact]
    public void Without_it_the_default_is_taken() =>
        WithVariable(null, () => Assert.Same(CryptoProviders.Default, new DtlsClientOptions().EffectiveCrypto));

    private static void WithVariable(string? value, Action test)
    {
        string? before = Environment.GetEnvironmentVariable(PreferredCrypto.Variable);
        Environment.SetEnvironmentVariable(PreferredCrypto.Variable, value);
        try
        {
            test();
        }
        finally
        {
            Environment.SetEnvironmentVariable(PreferredCrypto.Variable, before);
        }
    }
}
