using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sockets.Tests;

/// <summary>Every failure has a code, and what may be tried again is never what a certificate or the cryptography has said.</summary>
public sealed class FailureCodeTests
{
    public static TheoryData<SocketFailureReason> Reasons() => new(Enum.GetValues<SocketFailureReason>());

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_of_a_socket_has_a_code(SocketFailureReason reason)
    {
        var exception = new SocketFailureException(reason, "x");
        Assert.NotEqual(FailureCode.None, exception.Code);
        Assert.True(Enum.IsDefined(exception.Code));
        Assert.Equal(exception.Code, FailureCodes.Of(exception));
        Assert.Equal(SocketPool.MayPass(reason), exception.IsTransient); // what pools do
    }

    [Fact]
    public void Nothing_of_the_protocol_the_cryptography_or_the_configuration_passes()
    {
        foreach (FailureCode code in Enum.GetValues<FailureCode>())
            Assert.False(FailureCodes.IsTransient(code) && (int)code / 1000 is 2 or 3 or 5, code.ToString());
    }

    [Fact]
    public void Other_exceptions_have_codes_too()
    {
        Assert.Equal(FailureCode.ConnectionRefused, FailureCodes.Of(new SocketException((int)SocketError.ConnectionRefused)));
        Assert.Equal(FailureCode.NetworkError, FailureCodes.Of(new SocketException((int)SocketError.ProtocolType)));
        Assert.Equal(FailureCode.CryptoError, FailureCodes.Of(new CryptographicException()));
        Assert.Equal(FailureCode.CryptoError, FailureCodes.Of(new AuthenticationTagMismatchException()));
        Assert.Equal(FailureCode.OutOfMemory, FailureCodes.Of(new InsufficientMemoryException()));
        Assert.Equal(FailureCode.ConnectionTimedOut, FailureCodes.Of(new TimeoutException()));
        Assert.Equal(FailureCode.ConnectionClosed, FailureCodes.Of(new ObjectDisposedException("x")));
        Assert.Equal(FailureCode.InvalidConfiguration, FailureCodes.Of(new ArgumentOutOfRangeException("x")));
        Assert.Equal(FailureCode.UnsupportedFeature, FailureCodes.Of(new PlatformNotSupportedException()));
        Assert.Equal(FailureCode.Other, FailureCodes.Of(new InvalidOperationException()));
    }
}
