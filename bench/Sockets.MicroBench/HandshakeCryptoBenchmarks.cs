using System;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>What a handshake does by the dozen (keys expanded) and once (pairs made, secrets derived).</summary>
[MemoryDiagnoser]
public class HandshakeCryptoBenchmarks
{
    private readonly byte[] _key = new byte[CipherSuites.MaxHashLength];
    private readonly byte[] _info = new byte[60];
    private readonly byte[] _output = new byte[32];
    private readonly byte[] _secret = new byte[32];
    private CryptoProvider _provider = null!;
    private KeyExchange _own = null!;
    private byte[] _peer = null!;

    [Params(BenchmarkProvider.OpenSsl, BenchmarkProvider.Bcl)]
    public BenchmarkProvider Provider { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _provider = BenchmarkProviders.Get(Provider);
        _own = _provider.CreateKeyExchange(NamedGroup.Secp256r1);
        using KeyExchange peer = _provider.CreateKeyExchange(NamedGroup.Secp256r1);
        _peer = peer.PublicKey.ToArray();
    }

    [GlobalCleanup]
    public void Cleanup() => _own.Dispose();

    [Benchmark]
    public void ExpandSha256() => _provider.HkdfExpand(HashKind.Sha256, _key.AsSpan(0, 32), _info, _output);

    [Benchmark]
    public void ExpandSha384() => _provider.HkdfExpand(HashKind.Sha384, _key, _info, _output);

    [Benchmark]
    public void MakeP256Pair() => _provider.CreateKeyExchange(NamedGroup.Secp256r1).Dispose();

    [Benchmark]
    public bool DeriveP256Secret() => _own.TryDeriveSecret(_peer, _secret);
}
