using System;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Records;

namespace Sockets.MicroBench;

/// <summary>
/// The record layer without a cipher: numbering, header, mask, replay window, inner type. With one copy of the content, which
/// a cipher would write too; opening is the difference of the two.
/// </summary>
[MemoryDiagnoser]
public class RecordPathBenchmarks : IDisposable
{
    private byte[] _content = null!;
    private byte[] _record = null!;
    private WriteEpoch _write = null!;
    private ReadEpoch _read = null!;

    [Params(64, 1200)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _content = new byte[Length];
        _record = new byte[Length + 64];
        _write = new WriteEpoch(3, new NullRecordCipher(), RecordHeaderForm.Full, ulong.MaxValue);
        _read = new ReadEpoch(3, new NullRecordCipher(), 256);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public int Seal() => _write.Seal(_content, ContentType.ApplicationData, _record, out _);

    [Benchmark]
    public void SealAndOpen()
    {
        Span<byte> record = _record.AsSpan(0, _write.Seal(_content, ContentType.ApplicationData, _record, out _));
        if (!UnifiedHeader.TryRead(record, out UnifiedHeader header) || !_read.TryOpen(header, record, out _))
            throw new InvalidOperationException("The record did not open.");
    }
}
