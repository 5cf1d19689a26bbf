using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>Whoever asks for FIPS gets OpenSSL, whatever else is asked for. The switch is the process's, so nothing runs beside.</summary>
[Collection(nameof(FipsModeTests))]
[CollectionDefinition(nameof(FipsModeTests), DisableParallelization = true)]
public sealed class FipsModeTests
{
    [Fact]
    public void Nothing_but_OpenSsl_is_given_out()
    {
        Assert.SkipUnless(OpenSslCryptoProvider.IsSupported, "libcrypto 3 was not found.");

        // Even those that were given out before.
        Assert.NotNull(BclCryptoProvider.Instance);
        if (HardwareCryptoProvider.IsSupported)
            Assert.NotNull(HardwareCryptoProvider.Instance);
        if (HardwareCryptoProvider.IsNativeSupported)
            Assert.NotNull(HardwareCryptoProvider.NativeInstance);
        AppContext.SetSwitch(CryptoProviders.FipsSwitch, true);
        try
        {
            Assert.True(CryptoProviders.IsFipsRequired);
            Assert.Same(OpenSslCryptoProvider.Instance, CryptoProviders.Default);
            foreach (string preference in new[] { "openssl", "bcl", "hardware", "native" })
                Assert.Same(OpenSslCryptoProvider.Instance, CryptoProviders.GetPreferred(preference));
            foreach (CryptoProviderKind kind in new[] { CryptoProviderKind.Bcl, CryptoProviderKind.Hardware, CryptoProviderKind.Native })
                Assert.Throws<PlatformNotSupportedException>(() => CryptoProviders.Get(kind));
            Assert.Throws<PlatformNotSupportedException>(() => HardwareCryptoProvider.Create(GcmKernelKind.X64Narrow));
            Assert.Throws<PlatformNotSupportedException>(() => BclCryptoProvider.Instance);
            Assert.Throws<PlatformNotSupportedException>(() => HardwareCryptoProvider.Instance);
            Assert.Throws<PlatformNotSupportedException>(() => HardwareCryptoProvider.NativeInstance);
        }
        finally
        {
            AppContext.SetSwitch(CryptoProviders.FipsSwitch, false);
        }

        Assert.False(CryptoProviders.IsFipsRequired);
    }
}
