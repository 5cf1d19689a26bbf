using System;
using System.Collections.Generic;
using System.Linq;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>A pair made, and a secret derived: each end of a handshake does both once.</summary>
[MemoryDiagnoser]
public class KeyExchangeBenchmarks
{
    private readonly byte[] _secret = new byte[48];
    private CryptoProvider _provider = null!;
    private KeyExchange _own = null!;
    private byte[] _peer = null!;

    [ParamsSource(nameof(Exchanges))]
    public GroupOfProvider Exchange { get; set; } = null!;

    public static IEnumerable<GroupOfProvider> Exchanges =>
        from provider in BenchmarkProviders.OfHandshakes
        from kind in BenchmarkProviders.Get(provider).Groups
        select new GroupOfProvider(provider, kind);

    [GlobalSetup]
    public void Setup()
    {
        _provider = BenchmarkProviders.Get(Exchange.Provider);
        _own = _provider.CreateKeyExchange(Exchange.Kind);
        using KeyExchange peer = _provider.CreateKeyExchange(Exchange.Kind);
        _peer = peer.PublicKey.ToArray();
    }

    [GlobalCleanup]
    public void Cleanup() => _own.Dispose();

    [Benchmark(Baseline = true)]
    public void MakePair() => _provider.CreateKeyExchange(Exchange.Kind).Dispose();

    [Benchmark]
    public bool DeriveSecret() => _own.TryDeriveSecret(_peer, _secret.AsSpan(0, _own.SecretLength));

    /// <summary>A provider and a group that it has.</summary>
    public sealed record GroupOfProvider(BenchmarkProvider Provider, NamedGroup Kind)
    {
        public override string ToString() => $"{Provider} {Kind}";
    }
}
