using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Tests.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Handshakes in X25519MLKEM768, whose ClientHello spans datagrams.</summary>
public sealed class HybridHandshakeTests
{
    private const NamedGroup Hybrid = NamedGroup.X25519MLKEM768;

    [Fact]
    public void It_is_the_first_choice_of_those_that_have_it()
    {
        foreach (CryptoProvider provider in HybridKeyExchangeTests.Providers())
        {
            using DtlsPair pair = DtlsPair.Create(provider, client: static config => config with { Groups = null }, server: static config => config with { Groups = null });
            pair.DriveToConnected();
            foreach (DtlsConnection connection in new[] { pair.Client.Connection, pair.Server.Connection })
            {
                Assert.Equal(Hybrid, connection.Group);
                Assert.False(connection.UsedHelloRetryRequest);
            }
        }
    }

    [Fact]
    public void It_survives_cookies_small_datagrams_and_loss()
    {
        foreach (CryptoProvider provider in HybridKeyExchangeTests.Providers())
        {
            for (ulong seed = 1; seed <= 20; seed++)
            {
                using DtlsPair pair = new(new DtlsPairOptions
                {
                    Client = DtlsPair.Config(provider, seed) with { Groups = null, MaxDatagramSize = 512 },
                    Server = DtlsPair.Config(provider, seed + 100) with { Groups = null, MaxDatagramSize = 512, Credentials = [TestCertificates.EcdsaP256.ToCredential(provider)] },
                    ServerEndpoint = new DtlsEndpointConfig(),
                    Seed = seed,
                    ToServer = NetemOptions.Perfect with { Loss = 10 },
                    ToClient = NetemOptions.Perfect with { Loss = 10 },
                });
                pair.DriveToConnected();
                Assert.Equal(Hybrid, pair.Server.Connection.Group);
                Assert.True(pair.Client.Connection.UsedHelloRetryRequest);
            }
        }
    }

    [Fact]
    public void A_server_without_it_need_not_ask_again()
    {
        foreach (CryptoProvider provider in HybridKeyExchangeTests.Providers())
        {
            using DtlsPair pair = DtlsPair.Create(
                provider,
                server: static config => config with { Groups = [NamedGroup.Secp256r1, NamedGroup.X25519] },
                client: static config => config with { Groups = [Hybrid, NamedGroup.X25519, NamedGroup.Secp384r1] });
            pair.DriveToConnected();
            Assert.False(pair.Client.Connection.UsedHelloRetryRequest);
            Assert.Equal(NamedGroup.X25519, pair.Client.Connection.Group);
        }
    }

    [Fact]
    public void A_server_can_ask_for_it()
    {
        foreach (CryptoProvider provider in HybridKeyExchangeTests.Providers())
        {
            using DtlsPair pair = DtlsPair.Create(
                provider,
                server: static config => config with { Groups = [Hybrid] },
                client: static config => config with { Groups = [NamedGroup.X25519, Hybrid] });
            pair.DriveToConnected();
            Assert.True(pair.Client.Connection.UsedHelloRetryRequest);
            Assert.Equal(Hybrid, pair.Client.Connection.Group);
        }
    }

    // draft-ietf-tls-ecdhe-mlkem: illegal_parameter for lengths and keys that are wrong.
    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_share_that_is_wrong_ends_the_handshake(int fault, bool isClients)
    {
        foreach (CryptoProvider provider in HybridKeyExchangeTests.Providers())
        {
            var bending = new BentShares(provider, fault);
            Func<DtlsConfig, DtlsConfig> bend = config => config with { Crypto = bending, Groups = [Hybrid] };
            using DtlsPair pair = DtlsPair.Create(provider, client: isClients ? bend : static config => config with { Groups = null }, server: isClients ? static config => config with { Groups = null } : bend);
            pair.Start();
            pair.DriveUntil(() => pair.IsOver);
            DtlsFailure failure = Assert.IsType<DtlsFailure>((isClients ? pair.Server : pair.Client).Log.Failure);
            Assert.False(failure.FromPeer);
            Assert.Equal(DtlsFailureReason.InvalidKeyShare, failure.Reason);
            Assert.Equal(AlertDescription.IllegalParameter, failure.Alert);
        }
    }

    /// <summary>Sends key shares that are one byte short (0), have no X25519 half (1) or a coefficient too large (2).</summary>
    private sealed class BentShares(CryptoProvider inner, int fault) : DelegatingCryptoProvider(inner)
    {
        public override KeyExchange CreateKeyExchange(NamedGroup group) => new Bent(base.CreateKeyExchange(group), fault);

        public override KeyExchange CreateKeyExchangeResponse(NamedGroup group) => new Bent(base.CreateKeyExchangeResponse(group), fault);
    }

    private sealed class Bent(KeyExchange inner, int fault) : KeyExchange
    {
        public override NamedGroup Group => inner.Group;

        public override int SecretLength => inner.SecretLength;

        public override ReadOnlySpan<byte> PublicKey
        {
            get
            {
                byte[] share = inner.PublicKey.ToArray();
                switch (fault)
                {
                    case 0:
                        return share.AsSpan(1);
                    case 1:
                        share.AsSpan(^32..).Clear();
                        return share;
                    default:
                        share.AsSpan(0, 2).Fill(0xFF);
                        return share;
                }
            }
        }

        public override bool TryDeriveSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret) => inner.TryDeriveSecret(peerPublicKey, secret);

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
