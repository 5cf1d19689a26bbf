using System;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>One record: sealed from a separate buffer, sealed in place, opened, opened and refused.</summary>
[MemoryDiagnoser]
public class RecordCipherBenchmarks
{
    private const int HeaderLength = 5;
    private const int TagLength = 16;

    private static readonly byte[] Header = [0x2F, 0, 1, 0, 0];
    private static readonly RecordHeaderLayout Layout = new(HeaderLength, 1, 2);

    private RecordCipher _cipher = null!;
    private byte[] _content = null!;
    private byte[] _record = null!;
    private byte[] _sealed = null!;
    private byte[] _received = null!;

    [Params(BenchmarkProvider.OpenSsl, BenchmarkProvider.Bcl, BenchmarkProvider.Hardware, BenchmarkProvider.Native)]
    public BenchmarkProvider Provider { get; set; }

    [Params(CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256)]
    public CipherSuite Suite { get; set; }

    [Params(64, 256, 1200, 8192)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        byte[] key = new byte[CipherSuites.KeyLength(Suite)];
        _cipher = BenchmarkProviders.Get(Provider).CreateRecordCipher(Suite, key, new byte[CipherSuites.NonceLength], key);
        _content = new byte[Length];
        _record = new byte[HeaderLength + Length + 1 + TagLength];
        Header.CopyTo(_record, 0);
        _cipher.Seal(1, Layout, _content, 23, _record);
        _sealed = _record.AsSpan(HeaderLength).ToArray();
        _received = new byte[_sealed.Length];
    }

    [GlobalCleanup]
    public void Cleanup() => _cipher.Dispose();

    [Benchmark(Baseline = true)]
    public void Seal() => _cipher.Seal(1, Layout, _content, 23, _record);

    [Benchmark]
    public void SealInPlace() => _cipher.Seal(1, Layout, _record.AsSpan(HeaderLength, Length), 23, _record);

    [Benchmark]
    public bool Open()
    {
        _sealed.CopyTo(_received, 0);
        return _cipher.TryOpen(1, Header, _received);
    }

    [Benchmark]
    public bool Refuse()
    {
        _sealed.CopyTo(_received, 0);
        return _cipher.TryOpen(2, Header, _received);
    }
}
