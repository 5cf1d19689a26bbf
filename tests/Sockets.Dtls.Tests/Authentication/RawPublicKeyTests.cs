using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Tests.Resumption;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>Bare public keys instead of certificates (RFC 7250, RFC 8446 §4.4.2), in each direction by itself.</summary>
public sealed class RawPublicKeyTests
{
    private const DtlsCertificateType X509 = DtlsCertificateType.X509;
    private const DtlsCertificateType Raw = DtlsCertificateType.RawPublicKey;

    private static readonly byte[] ServerTypeOfClient = [0, 20, 0, 2, 1, 2]; // server_certificate_type: [RawPublicKey]
    private static readonly byte[] ClientTypeOfClient = [0, 19, 0, 2, 1, 2];
    private static readonly byte[] ServerTypeOfServer = [0, 20, 0, 1, 2];
    private static readonly byte[] ClientTypeOfServer = [0, 19, 0, 1, 2];

    public static TheoryData<TestCertificateKind> Kinds() => [.. Enum.GetValues<TestCertificateKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Both_ends_prove_themselves_by_bare_keys(TestCertificateKind kind)
    {
        foreach (CryptoProvider provider in TestProviders.All.Where(provider => kind != TestCertificateKind.Ed25519 || provider.SignatureSchemes.Contains(SignatureScheme.Ed25519)))
        {
            using DtlsPair pair = DtlsPair.Create(
                provider,
                client: config => config with { PeerCertificateTypes = [Raw], Credentials = [TestKeys.BareKey(config.Crypto, kind)] },
                server: config => config with { PeerCertificateTypes = [Raw], Credentials = [TestKeys.BareKey(config.Crypto, kind)], ClientAuthentication = DtlsClientAuthentication.Required });
            pair.DriveToConnected();
            foreach (DtlsConnection connection in new[] { pair.Client.Connection, pair.Server.Connection })
            {
                Assert.Equal(Raw, connection.PeerCertificateType);
                Assert.Equal(TestKeys.PublicKey(kind), Assert.Single(connection.PeerCertificates).ToArray());
            }

            Assert.Single(pair.Client.Log.Events, DtlsEventKind.CertificateVerificationRequired);
            Assert.Single(pair.Server.Log.Events, DtlsEventKind.CertificateVerificationRequired);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_direction_has_its_own_kind(bool serverHasBareKey)
    {
        using var pair = new MachinePair(
            config => config with
            {
                PeerCertificateTypes = serverHasBareKey ? [Raw] : [X509],
                Credentials = [serverHasBareKey ? TestCertificates.EcdsaP256.ToCredential(config.Crypto) : TestKeys.BareKey(config.Crypto)],
            },
            config => config with
            {
                PeerCertificateTypes = serverHasBareKey ? [X509] : [Raw],
                Credentials = serverHasBareKey ? [TestKeys.BareKey(config.Crypto)] : config.Credentials,
                ClientAuthentication = DtlsClientAuthentication.Required,
            });
        pair.Run();
        Assert.True(pair.IsComplete);
        Assert.Equal(serverHasBareKey ? 1 : 2, pair.Client.PeerCertificates.Count);
        Assert.Equal(serverHasBareKey ? 2 : 1, pair.Server.PeerCertificates.Count);
        byte[] hello = Body(pair, HandshakeType.ClientHello);
        byte[] extensions = Body(pair, HandshakeType.EncryptedExtensions);
        Assert.Equal(serverHasBareKey, hello.AsSpan().IndexOf(ServerTypeOfClient) >= 0);
        Assert.Equal(!serverHasBareKey, hello.AsSpan().IndexOf(ClientTypeOfClient) >= 0);
        Assert.Equal(serverHasBareKey, extensions.AsSpan().IndexOf(ServerTypeOfServer) >= 0);
        Assert.Equal(!serverHasBareKey, extensions.AsSpan().IndexOf(ClientTypeOfServer) >= 0);
    }

    /// <summary>RFC 7250 §4.1: the extensions are left out where they would name the default alone.</summary>
    [Fact]
    public void Nothing_is_said_of_kinds_by_default()
    {
        using var pair = new MachinePair(
            static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)], RecordSizeLimit = null },
            static config => config with { ClientAuthentication = DtlsClientAuthentication.Required });
        pair.Run();
        Assert.True(pair.IsComplete);
        Assert.Equal(-1, Body(pair, HandshakeType.ClientHello).AsSpan().IndexOf(new byte[] { 0, 19, 0, 2 }));
        Assert.Equal(-1, Body(pair, HandshakeType.ClientHello).AsSpan().IndexOf(new byte[] { 0, 20, 0, 2 }));
        Assert.Equal([0, 0], Body(pair, HandshakeType.EncryptedExtensions));
    }

    [Fact]
    public void A_server_takes_the_first_of_its_credentials_that_the_client_takes()
    {
        foreach ((IReadOnlyList<DtlsCertificateType> taken, DtlsCertificateType expected) in new (DtlsCertificateType[], DtlsCertificateType)[] { ([X509, Raw], Raw), ([X509], X509), ([Raw], Raw) })
        {
            using DtlsPair pair = DtlsPair.Create(
                client: config => config with { PeerCertificateTypes = taken },
                server: config => config with { Credentials = [TestKeys.BareKey(config.Crypto), .. config.Credentials] });
            pair.DriveToConnected();
            Assert.Equal(expected, pair.Client.Connection.PeerCertificateType);
        }
    }

    /// <summary>RFC 7250 §4.2: no kind in common is unsupported_certificate.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_client_and_a_server_without_a_kind_in_common_part(bool serverHasBareKey)
    {
        using var pair = new MachinePair(
            config => config with { PeerCertificateTypes = [serverHasBareKey ? X509 : Raw] },
            config => config with { Credentials = serverHasBareKey ? [TestKeys.BareKey(config.Crypto)] : config.Credentials });
        pair.Run();
        Assert.Equal(new ProtocolError(DtlsFailureReason.NoCommonCertificateType, AlertDescription.UnsupportedCertificate), pair.ServerError);
    }

    [Theory]
    [InlineData(DtlsClientAuthentication.Required, true, true)]
    [InlineData(DtlsClientAuthentication.Requested, true, true)]
    [InlineData(DtlsClientAuthentication.Required, false, true)]
    [InlineData(DtlsClientAuthentication.Requested, false, false)]
    public void A_client_without_a_kind_the_server_takes_is_refused_unless_it_need_not_show_any(DtlsClientAuthentication authentication, bool hasBareKey, bool refused)
    {
        using var pair = new MachinePair(
            config => config with { Credentials = [hasBareKey ? TestKeys.BareKey(config.Crypto) : TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
            config => config with { ClientAuthentication = authentication, PeerCertificateTypes = [hasBareKey ? X509 : Raw] });
        pair.Run();
        Assert.Equal(!refused, pair.IsComplete);
        Assert.Equal(refused ? DtlsFailureReason.NoCommonCertificateType : DtlsFailureReason.None, pair.ServerError.Reason);
        Assert.DoesNotContain(pair.Sent, static message => message.Type == HandshakeType.CertificateRequest);
    }

    /// <summary>A server that does not know RFC 7250 answers with X.509, which a client of bare keys does not take.</summary>
    [Fact]
    public void A_server_that_says_nothing_of_kinds_is_not_taken_for_one_with_a_bare_key()
    {
        using var pair = new MachinePair(
            static config => config with { PeerCertificateTypes = [Raw] },
            static config => config with { Credentials = [TestKeys.BareKey(config.Crypto)] }) { Tamper = EmptyExtensions };
        pair.Run();
        Assert.Equal(new ProtocolError(DtlsFailureReason.NoCommonCertificateType, AlertDescription.UnsupportedCertificate), pair.ClientError);
    }

    [Fact]
    public void A_kind_that_was_not_offered_is_refused()
    {
        foreach ((byte[] extension, AlertDescription alert) in new (byte[], AlertDescription)[]
        {
            ([0, 20, 0, 1, 2], AlertDescription.UnsupportedExtension), // nothing was offered
            ([0, 19, 0, 1, 2], AlertDescription.UnsupportedExtension),
        })
        {
            using var pair = new MachinePair { Tamper = (type, body) => type == HandshakeType.EncryptedExtensions ? [0, (byte)extension.Length, .. extension] : body };
            pair.Run();
            Assert.Equal(new ProtocolError(DtlsFailureReason.UnexpectedExtension, alert), pair.ClientError);
        }

        using var other = new MachinePair(
            static config => config with { PeerCertificateTypes = [Raw] },
            static config => config with { Credentials = [TestKeys.BareKey(config.Crypto)] });
        other.Tamper = static (type, body) => type == HandshakeType.EncryptedExtensions ? [0, 5, 0, 20, 0, 1, 0] : body;
        other.Run();
        Assert.Equal(ProtocolError.Illegal, other.ClientError);
    }

    /// <summary>RFC 8446 §4.4.2: one entry and no more, and it is a key.</summary>
    [Fact]
    public void A_certificate_message_with_anything_but_one_key_is_refused()
    {
        byte[] key = TestKeys.PublicKey(TestCertificateKind.EcdsaP256);
        byte[] entry = [0, 0, (byte)key.Length, .. key, 0, 0];
        AssertRefused([0, 0, 0, (byte)(2 * entry.Length), .. entry, .. entry], DtlsFailureReason.IllegalParameter, AlertDescription.IllegalParameter);
        AssertRefused([0, 0, 0, 6, 0, 0, 1, 0x30, 0, 0], DtlsFailureReason.InvalidCertificate, AlertDescription.UnsupportedCertificate);
        byte[] certificate = TestCertificates.EcdsaP256.Leaf.ToArray();
        byte[] whole = [0, (byte)(certificate.Length >> 8), (byte)certificate.Length, .. certificate, 0, 0];
        AssertRefused([0, 0, (byte)(whole.Length >> 8), (byte)whole.Length, .. whole], DtlsFailureReason.InvalidCertificate, AlertDescription.UnsupportedCertificate);
        AssertRefused([0, 0, 0, 0], DtlsFailureReason.MalformedMessage, AlertDescription.DecodeError);
    }

    /// <summary>A bare key where X.509 was agreed on is no certificate.</summary>
    [Fact]
    public void A_key_in_the_place_of_a_certificate_is_refused()
    {
        byte[] key = TestKeys.PublicKey(TestCertificateKind.EcdsaP256);
        byte[] entry = [0, 0, (byte)key.Length, .. key, 0, 0];
        using var pair = new MachinePair { Tamper = (type, body) => type == HandshakeType.Certificate ? [0, 0, 0, (byte)entry.Length, .. entry] : body };
        pair.Run();
        Assert.Equal(DtlsFailureReason.InvalidCertificate, pair.ClientError.Reason);
    }

    /// <summary>Whoever shows a key has to have its private half.</summary>
    [Fact]
    public void Another_key_than_the_one_that_signed_is_refused()
    {
        using var pair = new MachinePair(
            static config => config with { PeerCertificateTypes = [Raw] },
            static config => config with
            {
                Credentials = [DtlsCredential.FromPublicKey(TestKeys.PublicKey(TestCertificateKind.EcdsaP256), new FixedLengthSigner(config.Crypto.ImportPrivateKey(TestCertificates.Get(TestCertificateKind.EcdsaP256, 1).PrivateKey)))],
            });
        pair.Run();
        Assert.Equal(DtlsFailureReason.InvalidSignature, pair.ClientError.Reason);
    }

    [Fact]
    public void An_empty_or_malformed_list_of_kinds_is_refused()
    {
        foreach (byte[] content in new byte[][] { [0], [2, 2], [] })
        {
            byte[] extension = [0, 20, 0, (byte)content.Length, .. content];
            using var pair = new MachinePair { Tamper = (type, body) => type == HandshakeType.ClientHello ? HelloBytes.Append(body, extension) : body };
            pair.Run();
            Assert.Equal(DtlsFailureReason.MalformedExtension, pair.ServerError.Reason);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_resumed_session_has_the_key_judged_again_and_is_bound_to_the_kind(bool serverStillTakesIt)
    {
        using var rig = new ResumptionRig
        {
            Client = static config => config with { PeerCertificateTypes = [Raw], Credentials = [TestKeys.BareKey(config.Crypto)] },
            Server = static config => config with { PeerCertificateTypes = [Raw], Credentials = [TestKeys.BareKey(config.Crypto)], ClientAuthentication = DtlsClientAuthentication.Required },
        };
        using DtlsTicket ticket = rig.GetTicket();
        Assert.True(DtlsTicket.TryImport(ticket.Export(), out DtlsTicket? imported));
        using DtlsTicket again = imported;
        if (!serverStillTakesIt)
        {
            rig.Server = static config => config with { PeerCertificateTypes = [X509], Credentials = [TestKeys.BareKey(config.Crypto)], ClientAuthentication = DtlsClientAuthentication.Required };
            rig.Client = static config => config with { PeerCertificateTypes = [Raw], Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] };
        }

        rig.Connect(again);
        rig.AssertResumed(serverStillTakesIt);
        Assert.Equal(serverStillTakesIt ? Raw : X509, rig.ServerConnection.PeerCertificateType);
        Assert.Equal(Raw, rig.ClientConnection.PeerCertificateType);
        Assert.Single(rig.Pair.Server.Log.Events, DtlsEventKind.CertificateVerificationRequired);
        Assert.Single(rig.Pair.Client.Log.Events, DtlsEventKind.CertificateVerificationRequired);
    }

    [Fact]
    public void A_client_that_takes_certificates_alone_does_not_resume_a_session_with_a_bare_key()
    {
        using var rig = new ResumptionRig
        {
            Client = static config => config with { PeerCertificateTypes = [Raw] },
            Server = static config => config with { Credentials = [TestKeys.BareKey(config.Crypto), .. config.Credentials] },
        };
        using DtlsTicket ticket = rig.GetTicket();
        rig.Client = static config => config;
        rig.Connect(ticket);
        rig.AssertResumed(false);
        Assert.Equal(X509, rig.ClientConnection.PeerCertificateType);
    }

    [Fact]
    public void A_credential_is_of_one_key_and_its_schemes()
    {
        byte[] key = TestKeys.PublicKey(TestCertificateKind.EcdsaP256);
        Assert.Throws<ArgumentException>(() => DtlsCredential.FromPublicKey(TestCertificates.EcdsaP256.Leaf, [SignatureScheme.EcdsaSecp256r1Sha256]));
        Assert.Throws<ArgumentException>(() => DtlsCredential.FromPublicKey(key, [SignatureScheme.RsaPssRsaeSha256]));
        Assert.Throws<ArgumentException>(() => DtlsCredential.FromPublicKey(key, Array.Empty<SignatureScheme>()));
        Assert.Equal(Raw, DtlsCredential.FromPublicKey(key, [SignatureScheme.EcdsaSecp256r1Sha256]).CertificateType);
        Assert.Equal(X509, new DtlsCredential(TestCertificates.EcdsaP256.Chain, [SignatureScheme.EcdsaSecp256r1Sha256]).CertificateType);
    }

    [Fact]
    public void Kinds_that_do_not_exist_and_empty_lists_are_no_configuration()
    {
        foreach (DtlsCertificateType[] kinds in new DtlsCertificateType[][] { [], [Raw, Raw], [(DtlsCertificateType)1] })
            Assert.Throws<ArgumentException>((DtlsPair.Config(TestProviders.Default, 1) with { PeerCertificateTypes = kinds }).Validate);
    }

    private static void AssertRefused(byte[] message, DtlsFailureReason reason, AlertDescription alert)
    {
        using var pair = new MachinePair(
            static config => config with { PeerCertificateTypes = [Raw] },
            static config => config with { Credentials = [TestKeys.BareKey(config.Crypto)] });
        pair.Tamper = (type, body) => type == HandshakeType.Certificate ? message : body;
        pair.Run();
        Assert.Equal(new ProtocolError(reason, alert), pair.ClientError);
    }

    private static byte[] EmptyExtensions(HandshakeType type, byte[] body) => type == HandshakeType.EncryptedExtensions ? [0, 0] : body;

    private static byte[] Body(MachinePair pair, HandshakeType type) => pair.Sent.Find(message => message.Type == type).Body;
}
