using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Tests.Authentication;
using Sockets.Dtls.Tests.Handshake;
using Sockets.Dtls.Tests.Resumption;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Values that mean nothing (RFC 8701): ignored where a peer sends them, refused where a peer takes ours up.</summary>
public sealed class GreaseTests
{
    private const ushort SupportedGroups = 10;
    private const ushort SignatureAlgorithms = 13;
    private const ushort Alpn = 16;
    private const ushort SupportedVersions = 43;
    private const ushort PskModes = 45;
    private const ushort KeyShare = 51;

    private static readonly Dictionary<string, Func<byte[], byte, byte[]>> Places = new()
    {
        ["suites"] = static (hello, value) => ChangedHello.WithSuites(hello, value, value),
        ["extensions"] = static (hello, value) => ChangedHello.WithExtensions(hello, value, value, 0, 3, 1, 2, 3),
        ["empty extensions"] = static (hello, value) => ChangedHello.WithExtensions(hello, value, value, 0, 0),
        ["groups"] = static (hello, value) => List(hello, SupportedGroups, 2, value, value),
        ["schemes"] = static (hello, value) => List(hello, SignatureAlgorithms, 2, value, value),
        ["versions"] = static (hello, value) => List(hello, SupportedVersions, 1, value, value),
        ["shares"] = static (hello, value) => List(List(hello, SupportedGroups, 2, value, value), KeyShare, 2, value, value, 0, 1, 0),
        ["protocols"] = static (hello, value) => List(hello, Alpn, 2, 2, value, value),
        ["exchange modes"] = static (hello, value) => List(hello, PskModes, 1, (byte)(0x0B + (31 * (value >> 4 & 7)))),
    };

    public static TheoryData<string> AllPlaces() => [.. Places.Keys];

    /// <summary>RFC 8701 section 3.2: a server treats them as it treats any value it does not know.</summary>
    [Theory]
    [MemberData(nameof(AllPlaces))]
    public void A_server_ignores_what_means_nothing(string place)
    {
        using var keys = new DtlsTicketKeys(TestProviders.Default);
        for (int value = 0x0A; value <= 0xFA; value += 0x10)
        {
            using var rig = new HandshakeRig(
                static config => config with { ApplicationProtocols = [new DtlsApplicationProtocol("a")], RequestTickets = true },
                config => config with { ApplicationProtocols = [new DtlsApplicationProtocol("a")], TicketProtector = keys, UtcNow = static () => DateTimeOffset.UnixEpoch });
            Assert.Equal(ProtocolError.None, rig.Offer(hello => Places[place](hello, (byte)value)));
            Assert.Equal(TestProviders.Default.CipherSuites[0], rig.Server.CipherSuite);
            Assert.Equal(TestProviders.Default.Groups[0], rig.Server.Group);
            Assert.Equal("a", rig.Server.ApplicationProtocol.ToString());
            Assert.True(rig.Server.ClientTakesTickets);
            Assert.Equal(DtlsState.WaitFinished, rig.Server.State);
        }
    }

    /// <summary>RFC 8701 section 4.2: and so does a client.</summary>
    [Theory]
    [InlineData(0x0A)]
    [InlineData(0xBA)]
    public void A_client_ignores_what_means_nothing_in_a_certificate_request(byte value)
    {
        using var pair = new MachinePair(
            static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
            static config => config with { ClientAuthentication = DtlsClientAuthentication.Required });
        pair.Tamper = (type, body) => type != HandshakeType.CertificateRequest
            ? body
            : [body[0], .. Length(body.Length - 3 + 6), value, value, 0, 2, 7, 7, .. body[3..]];
        pair.Run();

        // It was taken, and so is part of what the server has not signed.
        Assert.Equal(DtlsFailureReason.InvalidSignature, pair.ClientError.Reason);
    }

    [Fact]
    public void Nothing_of_the_kind_is_sent_by_default()
    {
        byte[] hello = Assert.Single(ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 1)));
        byte[] greased = Assert.Single(ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 1) with { SendGrease = true }));
        Assert.True(greased.Length > hello.Length + 20);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_client_that_sends_them_connects(bool withCookie, bool withOtherGroup)
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { SendGrease = true, Groups = [NamedGroup.X25519, NamedGroup.Secp256r1] },
            server: config => config with { Groups = [withOtherGroup ? NamedGroup.Secp256r1 : NamedGroup.X25519] },
            endpoint: withCookie ? new DtlsEndpointConfig() : null);
        pair.DriveToConnected();
        Assert.Equal(withCookie || withOtherGroup, pair.Client.Connection.UsedHelloRetryRequest);
    }

    [Fact]
    public void A_client_that_sends_them_resumes()
    {
        using var rig = new ResumptionRig { Client = static config => config with { SendGrease = true } };
        using DtlsTicket ticket = rig.GetTicket();
        rig.Connect(ticket);
        rig.AssertResumed(true);
    }

    /// <summary>RFC 8701 section 3.1: a server that takes one up is refused with illegal_parameter.</summary>
    [Theory]
    [InlineData("suite")]
    [InlineData("group")]
    [InlineData("version")]
    public void A_server_that_takes_one_up_is_refused(string what)
    {
        using var rig = new HandshakeRig(static config => config with { SendGrease = true });
        ProtocolError error = rig.Hello(hello =>
        {
            const int suite = 2 + 32 + 1;
            byte[] changed = [.. hello];
            int at = what switch
            {
                "suite" => suite,
                "group" => Extension(hello, KeyShare),
                _ => Extension(hello, SupportedVersions),
            };
            ushort grease = Values(rig.Client)[what];
            BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(at), grease);
            return changed;
        });
        Assert.Equal(AlertDescription.IllegalParameter, error.Alert);
    }

    [Fact]
    public void A_server_that_answers_an_extension_that_means_nothing_is_refused()
    {
        using var rig = new HandshakeRig(static config => config with { SendGrease = true });
        Assert.Equal(ProtocolError.UnexpectedExtension, rig.AnswerWith([0x3A, 0x3A, 0, 0]));
    }

    private static Dictionary<string, ushort> Values(ClientHandshake client) => new()
    {
        ["suite"] = client.Grease!.CipherSuite,
        ["group"] = client.Grease.Group,
        ["version"] = client.Grease.Version,
    };

    /// <summary>Where the content of an extension of a ServerHello begins. Its bytes may stand in the key share as well.</summary>
    private static int Extension(byte[] hello, ushort type)
    {
        int at = 2 + 32 + 1 + 2 + 1 + 2;
        while (BinaryPrimitives.ReadUInt16BigEndian(hello.AsSpan(at)) != type)
            at += 4 + BinaryPrimitives.ReadUInt16BigEndian(hello.AsSpan(at + 2));
        return at + 4;
    }

    private static byte[] List(byte[] hello, ushort type, int prefix, params byte[] elements) =>
        ChangedHello.WithContent(hello, type, content => ChangedHello.Prepend(content, prefix, elements));

    private static byte[] Length(int length) => [(byte)(length >> 8), (byte)length];
}
