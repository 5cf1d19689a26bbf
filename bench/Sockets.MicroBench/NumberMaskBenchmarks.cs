using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>The record-number mask by itself, as the receiver makes it (RFC 9147 §4.2.3).</summary>
[MemoryDiagnoser]
public class NumberMaskBenchmarks
{
    private readonly byte[] _sample = new byte[16];
    private readonly byte[] _mask = new byte[2];
    private RecordCipher _cipher = null!;

    [Params(BenchmarkProvider.OpenSsl, BenchmarkProvider.Bcl, BenchmarkProvider.Hardware, BenchmarkProvider.Native)]
    public BenchmarkProvider Provider { get; set; }

    [Params(CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256)]
    public CipherSuite Suite { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        byte[] key = new byte[CipherSuites.KeyLength(Suite)];
        _cipher = BenchmarkProviders.Get(Provider).CreateRecordCipher(Suite, key, new byte[CipherSuites.NonceLength], key);
    }

    [GlobalCleanup]
    public void Cleanup() => _cipher.Dispose();

    [Benchmark]
    public void ComputeMask() => _cipher.ComputeMask(_sample, _mask);
}
