using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class CryptoSmokeTests
{
    [Fact]
    public void Smoke1() => OpenSslCryptoProvider.Instance.SelfTest();

    [Fact]
    public void Smoke2() => BclCryptoProvider.Instance.SelfTest();
}
