using System.Security.Cryptography;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets.Tests;

/// <summary>The codes of what the engine says.</summary>
public sealed class DtlsFailureCodeTests
{
    public static TheoryData<DtlsFailureReason> Reasons() => new(Enum.GetValues<DtlsFailureReason>().Where(reason => reason != DtlsFailureReason.None));

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_has_a_code(DtlsFailureReason reason)
    {
        var exception = new DtlsException("x", new DtlsFailure(reason, AlertDescription.InternalError, FromPeer: false, DtlsState.Connected));
        Assert.NotEqual(FailureCode.None, exception.Code);
        Assert.True(Enum.IsDefined(exception.Code));
        Assert.Equal(exception.Code, FailureCodes.Of(exception));

        // The same code when it comes through a socket.
        SocketFailureException translated = DtlsFailures.Translate(exception);
        Assert.Equal(exception.Code, translated.Code);
        Assert.Equal(exception.IsTransient, translated.IsTransient);
    }

    [Theory]
    [InlineData(DtlsFailureReason.HandshakeTimeout, true)]
    [InlineData(DtlsFailureReason.PeerUnreachable, true)]
    [InlineData(DtlsFailureReason.PeerAlert, false)]
    [InlineData(DtlsFailureReason.CertificateRejected, false)]
    [InlineData(DtlsFailureReason.InvalidCertificate, false)]
    [InlineData(DtlsFailureReason.CertificateRequired, false)]
    [InlineData(DtlsFailureReason.InvalidSignature, false)]
    [InlineData(DtlsFailureReason.InvalidFinished, false)]
    [InlineData(DtlsFailureReason.InvalidBinder, false)]
    [InlineData(DtlsFailureReason.SigningFailed, false)]
    [InlineData(DtlsFailureReason.KeyLimitReached, false)]
    public void What_may_pass(DtlsFailureReason reason, bool isTransient) =>
        Assert.Equal(isTransient, new DtlsException("x", new DtlsFailure(reason, AlertDescription.InternalError, false, DtlsState.Connected)).IsTransient);

    [Fact]
    public void Without_a_failure_of_the_engine_the_exception_inside_counts()
    {
        Assert.Equal(FailureCode.ConnectionClosed, new DtlsException("x").Code);
        Assert.Equal(FailureCode.CryptoError, new DtlsException("x", innerException: new CryptographicException()).Code);
        var aborted = new DtlsFailure(DtlsFailureReason.Aborted, AlertDescription.InternalError, false, DtlsState.Connected);
        Assert.Equal(FailureCode.ConnectionClosed, new DtlsException("x", aborted).Code);
        Assert.Equal(FailureCode.CryptoError, new DtlsException("x", aborted, innerException: new CryptographicException()).Code);
        Assert.Equal(FailureCode.ConnectionRefused, new DtlsException("x") { IsRefusedByHost = true }.Code);
    }
}
