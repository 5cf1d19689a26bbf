using System;
using System.Linq;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Tests.Resumption;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>OCSP responses along with a server's certificate (RFC 6066 §8, RFC 8446 §4.4.2.1): carried here, judged by the driver.</summary>
public sealed class OcspStaplingTests
{
    private static readonly byte[] Response = [0x30, 3, 0x0A, 1, 3];

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void A_response_comes_along_when_it_is_asked_for(bool asked, bool stapled, bool expected)
    {
        int calls = 0;
        using MachinePair pair = Make(asked, stapled ? () =>
        {
            calls++;
            return Response;
        } : null);
        pair.Run();
        Assert.True(pair.IsComplete);
        Assert.Equal(expected ? Response : [], pair.Client.PeerOcspResponse.ToArray());
        Assert.Equal(expected ? 1 : 0, calls);
        byte[] hello = pair.Sent.Find(static message => message.Type == HandshakeType.ClientHello).Body;
        Assert.Equal(asked, hello.AsSpan().IndexOf(new byte[] { 0, 5, 0, 5, 1, 0, 0, 0, 0 }) >= 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_001)]
    public void What_cannot_be_sent_is_left_out(int length)
    {
        using MachinePair pair = Make(true, () => new byte[length]);
        pair.Run();
        Assert.True(pair.IsComplete);
        Assert.True(pair.Client.PeerOcspResponse.IsEmpty);
    }

    [Fact]
    public void The_response_is_the_leafs()
    {
        foreach (bool onLeaf in new[] { true, false })
        {
            using MachinePair pair = Make(true, null);
            pair.Tamper = (type, body) => type == HandshakeType.Certificate ? Stapled(body, onLeaf ? 0 : 1, [0, 5, 0, 5, 1, 0, 0, 1, 9]) : body;
            pair.Run();
            Assert.Equal(DtlsFailureReason.InvalidSignature, pair.ClientError.Reason); // it was taken: the transcript is another one now
            Assert.Equal(onLeaf ? [9] : [], pair.Client.PeerOcspResponse.ToArray());
        }
    }

    /// <summary>RFC 8446 §4.4.2: nothing in an entry that was not asked for.</summary>
    [Theory]
    [InlineData(false, new byte[] { 0, 5, 0, 5, 1, 0, 0, 1, 9 }, DtlsFailureReason.UnexpectedExtension)]
    [InlineData(true, new byte[] { 0, 18, 0, 1, 9 }, DtlsFailureReason.UnexpectedExtension)]
    [InlineData(true, new byte[] { 0, 5, 0, 0 }, DtlsFailureReason.MalformedExtension)]
    [InlineData(true, new byte[] { 0, 5, 0, 5, 2, 0, 0, 1, 9 }, DtlsFailureReason.MalformedExtension)]
    [InlineData(true, new byte[] { 0, 5, 0, 4, 1, 0, 0, 0 }, DtlsFailureReason.MalformedExtension)]
    [InlineData(true, new byte[] { 0, 5, 0, 6, 1, 0, 0, 1, 9, 9 }, DtlsFailureReason.MalformedExtension)]
    public void What_is_no_response_is_refused(bool asked, byte[] extension, DtlsFailureReason reason)
    {
        using MachinePair pair = Make(asked, null);
        pair.Tamper = (type, body) => type == HandshakeType.Certificate ? Stapled(body, 0, extension) : body;
        pair.Run();
        Assert.Equal(reason, pair.ClientError.Reason);
    }

    [Fact]
    public void A_clients_certificate_carries_none()
    {
        using var pair = new MachinePair(
            static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
            static config => config with { ClientAuthentication = DtlsClientAuthentication.Required, RequestOcspResponse = true });
        int certificates = 0;
        pair.Tamper = (type, body) => type == HandshakeType.Certificate && ++certificates == 2 ? Stapled(body, 0, [0, 5, 0, 5, 1, 0, 0, 1, 9]) : body;
        pair.Run();
        Assert.Equal(DtlsFailureReason.UnexpectedExtension, pair.ServerError.Reason);
    }

    [Theory]
    [InlineData(new byte[] { }, true)]
    [InlineData(new byte[] { 1, 0, 0 }, true)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0 }, true)]
    [InlineData(new byte[] { 2, 7 }, false)]
    public void Requests_of_other_kinds_do_not_matter_and_broken_ones_do(byte[] content, bool isBroken)
    {
        using MachinePair pair = Make(false, static () => Response);
        pair.Tamper = (type, body) => type == HandshakeType.ClientHello ? HelloBytes.Append(body, [0, 5, 0, (byte)content.Length, .. content]) : body;
        pair.Run();
        Assert.Equal(isBroken ? DtlsFailureReason.MalformedExtension : DtlsFailureReason.None, pair.ServerError.Reason);
    }

    [Fact]
    public void A_resumed_session_has_the_response_it_began_with()
    {
        using var rig = new ResumptionRig
        {
            Client = static config => config with { RequestOcspResponse = true },
            Server = static config => config with { Credentials = [.. config.Credentials.Select(static credential => credential.WithOcspResponse(static () => Response))] },
        };
        using DtlsTicket ticket = rig.GetTicket();
        Assert.True(DtlsTicket.TryImport(ticket.Export(), out DtlsTicket? imported));
        using DtlsTicket again = imported;
        DtlsPair pair = rig.Begin(again);
        pair.Client.Verify = static connection =>
        {
            Assert.Equal(Response, connection.PeerOcspResponse.ToArray());
            return null;
        };
        pair.DriveToConnected();
        rig.AssertResumed(true);
        Assert.Equal(Response, rig.ClientConnection.PeerOcspResponse.ToArray());
    }

    private static MachinePair Make(bool asked, Func<ReadOnlyMemory<byte>>? provider) => new(
        config => config with { RequestOcspResponse = asked },
        config => config with { Credentials = [.. config.Credentials.Select(credential => credential.WithOcspResponse(provider))] });

    /// <summary>A Certificate message with an extension in one of its entries.</summary>
    private static byte[] Stapled(byte[] certificate, int entry, byte[] extension)
    {
        int at = 4;
        for (int i = 0; ; i++)
        {
            at += 3 + ((certificate[at] << 16) | (certificate[at + 1] << 8) | certificate[at + 2]);
            if (i == entry)
                break;
            at += 2;
        }

        int length = certificate.Length - 4 + extension.Length;
        return [0, (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. certificate[4..at], (byte)(extension.Length >> 8), (byte)extension.Length, .. extension, .. certificate[(at + 2)..]];
    }
}
