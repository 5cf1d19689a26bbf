using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>What records also do: be sealed in place, be refused, get their tables back after a quiet time.</summary>
[MemoryDiagnoser]
public class RecordVariantBenchmarks
{
    private const int HeaderLength = 5;
    private const int Length = 1200;

    private static readonly byte[] Header = [0x2F, 0, 1, 0, 0];
    private static readonly RecordHeaderLayout Layout = new(HeaderLength, 1, 2);

    private readonly byte[] _record = new byte[HeaderLength + Length + 1 + 16];
    private readonly byte[] _received = new byte[Length + 1 + 16];
    private RecordCipher _cipher = null!;
    private byte[] _sealed = null!;

    [ParamsSource(nameof(Protections))]
    public RecordProtection Protection { get; set; } = null!;

    public static IEnumerable<RecordProtection> Protections => RecordProtection.Here();

    [GlobalSetup]
    public void Setup()
    {
        _cipher = Protection.CreateCipher();
        Header.CopyTo(_record, 0);
        SealInPlace();
        _sealed = _record.AsSpan(HeaderLength).ToArray();
    }

    [GlobalCleanup]
    public void Cleanup() => _cipher.Dispose();

    [Benchmark(Baseline = true)]
    public void SealInPlace() => _cipher.Seal(1, Layout, _record.AsSpan(HeaderLength, Length), 23, _record);

    [Benchmark]
    public bool Refuse()
    {
        _sealed.CopyTo(_received, 0);
        return _cipher.TryOpen(2, Header, _received);
    }

    [Benchmark]
    public void SealAfterRelease()
    {
        _cipher.ReleaseTables();
        SealInPlace();
    }
}
