using System;
using System.Buffers;
using BenchmarkDotNet.Attributes;

namespace Sockets.MicroBench;

/// <summary>A buffer rented and returned, beside the platform's two pools.</summary>
[MemoryDiagnoser]
public class BufferBenchmarks : IDisposable
{
    private const int Size = 4096;
    private const int Many = 64;

    private readonly SlabPool _slabs = new();
    private readonly IMemoryOwner<byte>[] _rented = new IMemoryOwner<byte>[Many];

    [GlobalCleanup]
    public void Dispose()
    {
        _slabs.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void ArrayPoolOne() => ArrayPool<byte>.Shared.Return(ArrayPool<byte>.Shared.Rent(Size));

    [Benchmark]
    public void MemoryPoolOne() => MemoryPool<byte>.Shared.Rent(Size).Dispose();

    [Benchmark]
    public void SlabPoolOne() => _slabs.Rent(Size).Dispose();

    [Benchmark(OperationsPerInvoke = Many)]
    public void SlabPoolMany()
    {
        for (int i = 0; i < Many; i++)
            _rented[i] = _slabs.Rent(Size);
        foreach (IMemoryOwner<byte> owner in _rented)
            owner.Dispose();
    }
}
