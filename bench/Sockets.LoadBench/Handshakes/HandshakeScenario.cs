using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.OpenSsl;
using Sockets.Testing;

namespace Sockets.LoadBench.Handshakes;

/// <summary>Full handshakes, as multiples of what they cannot do without.</summary>
internal sealed class HandshakeScenario : ILoadScenario
{
    private const double WarmTarget = 1 / 1.25;
    private const double ColdTarget = 1 / 1.6;

    public string Name => "handshakes";

    public string Description => "full handshakes of both ends in memory, against the sum of their primitives";

    public ScenarioReport Run(LoadOptions options)
    {
        if (!OpenSslCryptoProvider.IsSupported)
            return new ScenarioReport(Name, [], ["libcrypto 3 was not found."]);
        CryptoProvider provider = CryptoProviders.Default;
        List<LoadWork> contenders = [.. Contenders(provider, isWarm: true)];
        if (provider != OpenSslCryptoProvider.Instance)
            contenders.Add(new HandshakeWork(OpenSslCryptoProvider.Instance, withCookie: true, isWarm: true));
        return new ScenarioReport(
            Name,
            [
                .. Comparison.Run("full handshake, warm trust cache", new HandshakePrimitives(), contenders, options.Seconds / 2, options.Progress),
                .. Comparison.Run("full handshake, cold", ColdPrimitives(), [.. Contenders(provider, isWarm: false)], options.Seconds / 2, options.Progress),
            ],
            [
                "Both ends on one core: ECDSA and X25519 of libcrypto, records of the default provider. Full handshakes a second of the best peers on this class of machine: BoringSSL 2,696, wolfSSL 2,154.",
                "There is no session resumption yet, so no resumed handshakes.",
            ]);
    }

    public ScenarioReport? RunGate(LoadOptions options) => OpenSslCryptoProvider.IsSupported
        ? new ScenarioReport(
            Name,
            [.. Comparison.Run("full handshake, warm trust cache", new HandshakePrimitives(), [.. Contenders(CryptoProviders.Default, isWarm: true).Skip(1)], options.Seconds, options.Progress)],
            [])
        : null;

    private static HandshakePrimitives ColdPrimitives() => new(new PlatformChain(TestCertificates.EcdsaP256, TestCertificates.Authority));

    private static IEnumerable<LoadWork> Contenders(CryptoProvider provider, bool isWarm)
    {
        foreach (bool withCookie in new[] { false, true })
        {
            yield return new HandshakeWork(provider, withCookie, isWarm)
            {
                Target = isWarm ? WarmTarget : ColdTarget,
                IsCost = true,
                Allocation = AllocationRule.NotJudged,
            };
        }
    }
}
