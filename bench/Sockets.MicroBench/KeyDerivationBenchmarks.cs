using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;

namespace Sockets.MicroBench;

/// <summary>What a handshake does by the dozen: keys expanded, transcripts looked at, ciphers made of traffic secrets.</summary>
[MemoryDiagnoser]
public class KeyDerivationBenchmarks
{
    private readonly byte[] _key = new byte[CipherSuites.MaxHashLength];
    private readonly byte[] _info = new byte[60];
    private readonly byte[] _output = new byte[CipherSuites.MaxHashLength];
    private readonly byte[] _message = new byte[300];
    private CryptoProvider _provider = null!;
    private TranscriptHash _transcript = null!;
    private int _length;

    [ParamsSource(nameof(Providers))]
    public BenchmarkProvider Provider { get; set; }

    public static IEnumerable<BenchmarkProvider> Providers => BenchmarkProviders.OfHandshakes;

    [Params(HashKind.Sha256, HashKind.Sha384)]
    public HashKind Hash { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _provider = BenchmarkProviders.Get(Provider);
        _transcript = _provider.CreateTranscriptHash(Hash);
        _length = _transcript.Length;
        _transcript.Append(_message);
    }

    [GlobalCleanup]
    public void Cleanup() => _transcript.Dispose();

    [Benchmark(Baseline = true)]
    public void HkdfExpand() => _provider.HkdfExpand(Hash, _key.AsSpan(0, _length), _info, _output.AsSpan(0, _length));

    [Benchmark]
    public void HkdfExtract() => _provider.HkdfExtract(Hash, _key.AsSpan(0, _length), _info, _output.AsSpan(0, _length));

    [Benchmark]
    public void Hmac() => _provider.Hmac(Hash, _key.AsSpan(0, _length), _message, _output.AsSpan(0, _length));

    [Benchmark]
    public void LookAtTranscript() => _transcript.GetCurrent(_output.AsSpan(0, _length));

    [Benchmark]
    public void HashMessage()
    {
        using TranscriptHash hash = _provider.CreateTranscriptHash(Hash);
        hash.Append(_message);
        hash.GetCurrent(_output.AsSpan(0, _length));
    }

    [Benchmark]
    public void MakeCipher() => KeySchedule.CreateCipher(
        _provider,
        Hash == HashKind.Sha256 ? CipherSuite.Aes128GcmSha256 : CipherSuite.Aes256GcmSha384,
        _key.AsSpan(0, _length)).Dispose();
}
