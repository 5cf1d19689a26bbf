using System.Security.Authentication;

namespace Sockets.Tests.Tls;

public sealed class TlsFailureCodeTests
{
    [Fact]
    public void What_the_platform_throws_over_a_handshake_has_the_code_of_one() =>
        Assert.Equal(FailureCode.HandshakeFailed, FailureCodes.Of(new AuthenticationException()));
}
