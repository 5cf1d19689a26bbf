using System.Collections.Generic;
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

    [ParamsSource(nameof(Protections))]
    public RecordProtection Protection { get; set; } = null!;

    public static IEnumerable<RecordProtection> Protections => RecordProtection.Here();

    [GlobalSetup]
    public void Setup() => _cipher = Protection.CreateCipher();

    [GlobalCleanup]
    public void Cleanup() => _cipher.Dispose();

    [Benchmark]
    public void ComputeMask() => _cipher.ComputeMask(_sample, _mask);
}
