using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.LoadBench.Handshakes;

/// <summary>Full handshakes, as multiples of what they cannot do without.</summary>
internal sealed class HandshakeScenario : ILoadScenario
{
    public string Name => "handshakes";

    public string Description => "full handshakes of both ends in memory, against the sum of their primitives";

    public ScenarioReport Run(LoadOptions options)
    {
        List<Measurement> rows = [];
        List<string> notes = [];
        foreach (bool withCookie in new[] { false, true })
            rows.AddRange(Comparison.Run("full handshake, trust given", new HandshakePrimitives(), [new HandshakeWork(CryptoProviders.Default, TestCertificates.EcdsaP256, withCookie, static _ => true) { Target = 0.8, IsCost = true, Allocation = AllocationRule.NotJudged }], options.Seconds / 2, options.Progress));
        return new ScenarioReport(Name, rows, notes);
    }
}
