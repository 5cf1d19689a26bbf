using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.OpenSsl;
using Sockets.Testing;

namespace Sockets.LoadBench.Handshakes;

/// <summary>Handshakes, as multiples of what they cannot do without.</summary>
internal sealed class HandshakeScenario : ILoadScenario
{
    private const double WarmTarget = 1 / 1.25;
    private const double ColdTarget = 1 / 1.6;

    // The better peer's 4,722 a second, where the primitives of one take 141 µs.
    private const double ResumedTarget = 1 / 1.5;

    public string Name => "handshakes";

    public string Description => "full and resumed handshakes of both ends in memory, against the sum of their primitives";

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
                .. Comparison.Run("full handshake, warm trust cache", new HandshakePrimitives(), contenders, options.Seconds / 3, options.Progress),
                .. Comparison.Run("full handshake, cold", ColdPrimitives(), [.. Contenders(provider, isWarm: false)], options.Seconds / 3, options.Progress),
                .. Comparison.Run("resumed handshake", new HandshakePrimitives(isResumed: true), [.. Resumed(provider)], options.Seconds / 3, options.Progress),
            ],
            [
                "Both ends on one core: ECDSA and X25519 of libcrypto, records of the default provider. Full handshakes a second of the best peers on this class of machine: BoringSSL 2,696, wolfSSL 2,154.",
                "Resumed with a fresh X25519 exchange, the certificate judged again and one new ticket each. The best peers resume BoringSSL 4,359 and wolfSSL 4,722 sessions a second.",
            ]);
    }

    public ScenarioReport? RunGate(LoadOptions options) => OpenSslCryptoProvider.IsSupported
        ? new ScenarioReport(
            Name,
            [.. Comparison.Run("full handshake, warm trust cache", new HandshakePrimitives(), [.. Contenders(CryptoProviders.Default, isWarm: true).Skip(1)], options.Seconds, options.Progress)],
            [])
        : null;

    private static HandshakePrimitives ColdPrimitives() => new(new PlatformChain(TestCertificates.EcdsaP256, TestCertificates.Authority));

    private static IEnumerable<LoadWork> Resumed(CryptoProvider provider)
    {
        foreach (bool withCookie in new[] { false, true })
            yield return new HandshakeWork(provider, withCookie, isWarm: true, isResumed: true) { Target = ResumedTarget, IsCost = true, Allocation = AllocationRule.NotJudged };
    }

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
