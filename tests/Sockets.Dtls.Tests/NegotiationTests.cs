using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>What two configurations agree on, and how they part when they cannot.</summary>
public sealed class NegotiationTests
{
    private static readonly CipherSuite[] Suites =
        [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256];

    private static readonly NamedGroup[] Groups = [NamedGroup.X25519, NamedGroup.Secp256r1, NamedGroup.Secp384r1];

    public static TheoryData<CipherSuite, NamedGroup> SuitesAndGroups()
    {
        var data = new TheoryData<CipherSuite, NamedGroup>();
        foreach (CipherSuite suite in Suites)
        {
            foreach (NamedGroup group in Groups)
                data.Add(suite, group);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(SuitesAndGroups))]
    public void Every_suite_and_group_connects(CipherSuite suite, NamedGroup group)
    {
        foreach (CryptoProvider provider in TestProviders.All.Where(provider => provider.CipherSuites.Contains(suite) && provider.Groups.Contains(group)))
        {
            using DtlsPair pair = DtlsPair.Create(
                provider,
                client: config => config with { CipherSuites = [suite], Groups = [group] },
                server: config => config with { CipherSuites = [suite], Groups = [group] });
            pair.DriveToConnected();
            foreach (DtlsConnection connection in new[] { pair.Client.Connection, pair.Server.Connection })
            {
                Assert.Equal(suite, connection.CipherSuite);
                Assert.Equal(group, connection.Group);
                Assert.False(connection.UsedHelloRetryRequest);
                Assert.Equal(DtlsState.Connected, connection.State);
            }
        }
    }

    [Theory]
    [InlineData(TestCertificateKind.EcdsaP256, SignatureScheme.EcdsaSecp256r1Sha256)]
    [InlineData(TestCertificateKind.EcdsaP384, SignatureScheme.EcdsaSecp384r1Sha384)]
    [InlineData(TestCertificateKind.Rsa2048, SignatureScheme.RsaPssRsaeSha256)]
    [InlineData(TestCertificateKind.Rsa2048, SignatureScheme.RsaPssRsaeSha384)]
    [InlineData(TestCertificateKind.Rsa2048, SignatureScheme.RsaPssRsaeSha512)]
    [InlineData(TestCertificateKind.Ed25519, SignatureScheme.Ed25519)]
    public void Every_signature_scheme_authenticates_both_sides(TestCertificateKind kind, SignatureScheme scheme)
    {
        using DtlsPair pair = DtlsPair.Create(
            certificate: kind,
            client: config => config with { SignatureSchemes = [scheme], Credentials = [TestCertificates.Get(kind).ToCredential(config.Crypto)] },
            server: config => config with { SignatureSchemes = [scheme], ClientAuthentication = DtlsClientAuthentication.Required });
        pair.DriveToConnected();
        Assert.Equal(scheme, pair.Client.Connection.PeerSignatureScheme);
        Assert.Equal(scheme, pair.Server.Connection.PeerSignatureScheme);
        Assert.Equal(TestCertificates.Get(kind).Leaf.ToArray(), pair.Server.Connection.PeerCertificates[0].ToArray());
    }

    [Fact]
    public void A_group_without_a_share_is_asked_for()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { Groups = [NamedGroup.X25519, NamedGroup.Secp384r1], KeyShareCount = 1 },
            server: static config => config with { Groups = [NamedGroup.Secp384r1] });
        pair.DriveToConnected();
        Assert.True(pair.Client.Connection.UsedHelloRetryRequest);
        Assert.Equal(NamedGroup.Secp384r1, pair.Client.Connection.Group);
    }

    [Fact]
    public void A_second_share_saves_the_round_trip()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { Groups = [NamedGroup.X25519, NamedGroup.Secp384r1], KeyShareCount = 2 },
            server: static config => config with { Groups = [NamedGroup.Secp384r1] });
        pair.DriveToConnected();
        Assert.False(pair.Client.Connection.UsedHelloRetryRequest);
    }

    [Fact]
    public void The_servers_protocol_preference_decides()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { ApplicationProtocols = [new DtlsApplicationProtocol("a"), new DtlsApplicationProtocol("b")] },
            server: static config => config with { ApplicationProtocols = [new DtlsApplicationProtocol("c"), new DtlsApplicationProtocol("b")] });
        pair.DriveToConnected();
        Assert.Equal("b", pair.Client.Connection.ApplicationProtocol.ToString());
        Assert.Equal("b", pair.Server.Connection.ApplicationProtocol.ToString());
    }

    public static TheoryData<string> Refusals() => [.. RefusalCases.Keys];

    private static readonly Dictionary<string, Refusal> RefusalCases = new()
    {
        ["no common suite"] = new(
            static config => config with { CipherSuites = [CipherSuite.Aes128GcmSha256] },
            static config => config with { CipherSuites = [CipherSuite.Aes256GcmSha384] },
            ByServer: true, DtlsFailureReason.NoCommonCipherSuite, AlertDescription.HandshakeFailure),
        ["no common group"] = new(
            static config => config with { Groups = [NamedGroup.X25519] },
            static config => config with { Groups = [NamedGroup.Secp256r1] },
            ByServer: true, DtlsFailureReason.NoCommonGroup, AlertDescription.HandshakeFailure),
        ["no common scheme"] = new(
            static config => config with { SignatureSchemes = [SignatureScheme.RsaPssRsaeSha256] },
            static config => config,
            ByServer: true, DtlsFailureReason.NoCommonSignatureScheme, AlertDescription.HandshakeFailure),
        ["no common protocol"] = new(
            static config => config with { ApplicationProtocols = [new DtlsApplicationProtocol("a")] },
            static config => config with { ApplicationProtocols = [new DtlsApplicationProtocol("b")] },
            ByServer: true, DtlsFailureReason.NoCommonApplicationProtocol, AlertDescription.NoApplicationProtocol),
        ["no fitting client certificate, none sent"] = new(
            static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
            static config => config with { ClientAuthentication = DtlsClientAuthentication.Required, SignatureSchemes = [SignatureScheme.RsaPssRsaeSha256] },
            ByServer: true, DtlsFailureReason.CertificateRequired, AlertDescription.CertificateRequired),
        ["no fitting client certificate, one demanded"] = new(
            static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)], RequireMatchingCredential = true },
            static config => config with { ClientAuthentication = DtlsClientAuthentication.Requested, SignatureSchemes = [SignatureScheme.RsaPssRsaeSha256] },
            ByServer: false, DtlsFailureReason.NoCommonSignatureScheme, AlertDescription.HandshakeFailure),
        ["certificate required"] = new(
            static config => config,
            static config => config with { ClientAuthentication = DtlsClientAuthentication.Required },
            ByServer: true, DtlsFailureReason.CertificateRequired, AlertDescription.CertificateRequired),
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_cannot_be_agreed_ends_with_the_right_alert_on_both_sides(string name)
    {
        Refusal refusal = RefusalCases[name];
        using DtlsPair pair = DtlsPair.Create(client: refusal.Client, server: refusal.Server);
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        AssertRefused(pair, refusal.ByServer, refusal.Reason, refusal.Alert);
    }

    [Theory]
    [InlineData(true, AlertDescription.UnknownCA)]
    [InlineData(true, AlertDescription.CertificateExpired)]
    [InlineData(false, AlertDescription.BadCertificate)]
    public void A_refused_certificate_ends_with_the_drivers_alert(bool byServer, AlertDescription alert)
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
            server: static config => config with { ClientAuthentication = DtlsClientAuthentication.Required });
        (byServer ? pair.Server : pair.Client).Verify = _ => alert;
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        AssertRefused(pair, byServer, DtlsFailureReason.CertificateRejected, alert);
    }

    [Fact]
    public void A_requested_certificate_may_be_missing()
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with { ClientAuthentication = DtlsClientAuthentication.Requested });
        pair.DriveToConnected();
        Assert.Empty(pair.Server.Connection.PeerCertificates);
        Assert.DoesNotContain(DtlsEventKind.CertificateVerificationRequired, pair.Server.Log.Events);
    }

    [Fact]
    public void A_signature_by_the_wrong_key_is_noticed()
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with
        {
            Credentials = [new DtlsCredential(TestCertificates.EcdsaP256.Chain, config.Crypto.ImportPrivateKey(TestCertificates.Get(TestCertificateKind.EcdsaP256, 1).PrivateKey))],
        });
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        AssertRefused(pair, byServer: false, DtlsFailureReason.InvalidSignature, AlertDescription.DecryptError);
    }

    [Fact]
    public void Answers_may_come_much_later()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
            server: static config => config with { ClientAuthentication = DtlsClientAuthentication.Required });
        foreach (DtlsNode node in new[] { pair.Client, pair.Server })
        {
            node.SignatureDelay = TimeSpan.FromSeconds(7);
            node.VerificationDelay = TimeSpan.FromSeconds(5);
        }

        pair.DriveToConnected();
        Assert.Single(pair.Client.Log.Events, DtlsEventKind.SignatureRequired);
        Assert.Single(pair.Server.Log.Events, DtlsEventKind.SignatureRequired);
    }

    private static void AssertRefused(DtlsPair pair, bool byServer, DtlsFailureReason reason, AlertDescription alert)
    {
        DtlsFailure refusing = Assert.IsType<DtlsFailure>((byServer ? pair.Server : pair.Client).Log.Failure);
        DtlsFailure refused = Assert.IsType<DtlsFailure>((byServer ? pair.Client : pair.Server).Log.Failure);
        Assert.Equal(reason, refusing.Reason);
        Assert.Equal(alert, refusing.Alert);
        Assert.False(refusing.FromPeer);
        Assert.Equal(DtlsFailureReason.PeerAlert, refused.Reason);
        Assert.Equal(alert, refused.Alert);
        Assert.True(refused.FromPeer);
    }

    private sealed record Refusal(
        Func<DtlsConfig, DtlsConfig> Client,
        Func<DtlsConfig, DtlsConfig> Server,
        bool ByServer,
        DtlsFailureReason Reason,
        AlertDescription Alert);
}
