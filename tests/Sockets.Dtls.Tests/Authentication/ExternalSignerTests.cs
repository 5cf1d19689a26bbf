using System;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>Keys that live elsewhere: signers that are slow, fail, answer nonsense, or never answer, on both sides.</summary>
public sealed class ExternalSignerTests
{
    [Theory]
    [InlineData(DtlsRole.Client, false)]
    [InlineData(DtlsRole.Server, false)]
    [InlineData(DtlsRole.Client, true)]
    [InlineData(DtlsRole.Server, true)]
    public void A_slow_signer_is_waited_for(DtlsRole role, bool bareKey)
    {
        using DtlsPair pair = Start(role, bareKey, out DtlsNode node);
        pair.Settle(TimeSpan.FromSeconds(20));
        Assert.Equal(DtlsState.WaitSignature, node.Connection.State);
        DtlsSignatureRequest request = node.Connection.PendingSignature!;
        Complete(pair, node, Sign(node, request));
        pair.DriveUntil(() => pair.IsConnected);
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void A_signer_that_never_answers_is_given_up_by_the_handshakes_timeout(DtlsRole role)
    {
        using DtlsPair pair = Start(role, bareKey: false, out DtlsNode node);
        pair.Settle(TimeSpan.FromSeconds(70));
        Assert.Equal(DtlsFailureReason.HandshakeTimeout, node.Log.Failure!.Reason);
        node.Connection.CompleteSignature(new byte[64], pair.Network.Clock.Now); // too late, and no error
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void A_signer_that_fails_ends_the_handshake(DtlsRole role) => AssertFails(role, static (_, _) => []);

    /// <summary>A wrong signature never leaves: the peer could not use it, and a fault in it can give an RSA key away.</summary>
    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void A_wrong_signature_is_not_sent(DtlsRole role)
    {
        AssertFails(role, static (_, _) => [1]);
        AssertFails(role, static (_, _) => new byte[64]);
        AssertFails(role, static (_, _) => new byte[100_000]);
        AssertFails(role, static (node, request) =>
        {
            byte[] signature = Sign(node, request);
            signature[^1] ^= 1;
            return signature;
        });
        AssertFails(role, static (node, request) => [.. Sign(node, request), 0]);
    }

    private static void AssertFails(DtlsRole role, Func<DtlsNode, DtlsSignatureRequest, byte[]> sign)
    {
        using DtlsPair pair = Start(role, bareKey: false, out DtlsNode node);
        pair.Settle(TimeSpan.FromSeconds(1));
        Complete(pair, node, sign(node, node.Connection.PendingSignature!));
        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.Equal(new DtlsFailure(DtlsFailureReason.SigningFailed, AlertDescription.InternalError, false, DtlsState.WaitSignature), node.Log.Failure);
        Assert.Equal(AlertDescription.InternalError, (node == pair.Client ? pair.Server : pair.Client).Log.Failure!.Alert);
    }

    private static void Complete(DtlsPair pair, DtlsNode node, byte[] signature)
    {
        node.Connection.CompleteSignature(signature, pair.Network.Clock.Now);
        node.Drain();
    }

    private static byte[] Sign(DtlsNode node, DtlsSignatureRequest request)
    {
        Assert.NotNull(node.Connection.PendingSignature);
        using DtlsSigner signer = TestProviders.Default.ImportPrivateKey(TestCertificates.EcdsaP256.PrivateKey);
        return signer.Sign(request.Scheme, request.Content.Span);
    }

    /// <summary>A pair of which one side's key is elsewhere, and nobody answers for it.</summary>
    private static DtlsPair Start(DtlsRole role, bool bareKey, out DtlsNode node)
    {
        SignatureScheme[] schemes = [SignatureScheme.EcdsaSecp256r1Sha256];
        DtlsCredential credential = bareKey
            ? DtlsCredential.FromPublicKey(TestKeys.PublicKey(TestCertificateKind.EcdsaP256), schemes)
            : new DtlsCredential(TestCertificates.EcdsaP256.Chain, schemes);
        DtlsCertificateType[] types = [bareKey ? DtlsCertificateType.RawPublicKey : DtlsCertificateType.X509];
        DtlsPair pair = DtlsPair.Create(
            client: config => role == DtlsRole.Client ? config with { Credentials = [credential] } : config with { PeerCertificateTypes = types },
            server: config => role == DtlsRole.Server
                ? config with { Credentials = [credential] }
                : config with { PeerCertificateTypes = types, ClientAuthentication = DtlsClientAuthentication.Required });
        node = role == DtlsRole.Client ? pair.Client : pair.Server;
        node.SignatureDelay = TimeSpan.FromDays(1);
        pair.Start();
        return pair;
    }
}
