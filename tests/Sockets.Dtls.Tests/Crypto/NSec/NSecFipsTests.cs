using System;
using Sockets.Crypto.NSec;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>The switch is the process's, so nothing runs beside.</summary>
[Collection(nameof(FipsModeTests))]
public sealed class NSecFipsTests
{
    [Fact]
    public void FIPS_mode_gives_out_no_NSec()
    {
        BclCryptoProvider inner = BclCryptoProvider.Instance;
        AppContext.SetSwitch(CryptoProviders.FipsSwitch, true);
        try
        {
            Assert.Throws<PlatformNotSupportedException>(() => NSecCryptoProvider.Create(inner));
        }
        finally
        {
            AppContext.SetSwitch(CryptoProviders.FipsSwitch, false);
        }
    }
}
