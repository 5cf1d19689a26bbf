using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>One record, by provider, suite and size: sealed, and opened (with the copy that makes it openable again).</summary>
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

    [ParamsSource(nameof(Protections))]
    public RecordProtection Protection { get; set; } = null!;

    public static IEnumerable<RecordProtection> Protections => RecordProtection.Here();

    [Params(64, 256, 1200, 8192)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _cipher = Protection.CreateCipher();
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
    public bool Open()
    {
        _sealed.CopyTo(_received, 0);
        return _cipher.TryOpen(1, Header, _received);
    }
}
