using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Records;

namespace Sockets.MicroBench;

/// <summary>A record's number checked and, where it is fresh, recorded (RFC 9147 §4.5.1).</summary>
[MemoryDiagnoser]
public class ReplayWindowBenchmarks
{
    private const int Records = 1024;
    private const int Size = 256;

    private readonly ReplayWindow _window = new(Size);
    private ulong _next;

    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public void InOrder()
    {
        for (int i = 0; i < Records; i++)
            Accept(_next++);
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public void SwappedPairs()
    {
        for (int i = 0; i < Records; i += 2)
        {
            Accept(_next + 1);
            Accept(_next);
            _next += 2;
        }
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public void JumpsOf100()
    {
        for (int i = 0; i < Records; i++)
            Accept(_next += 100);
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Replayed()
    {
        Accept(_next++);
        int refused = 0;
        for (int i = 0; i < Records; i++)
            refused += _window.Check(_next - 1) == ReplayVerdict.Fresh ? 0 : 1;
        return refused;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int TooOld()
    {
        Accept(_next += 2 * Size);
        int refused = 0;
        for (ulong i = 0; i < Records; i++)
            refused += _window.Check(_next - Size - 1) == ReplayVerdict.TooOld ? 1 : 0;
        return refused;
    }

    private void Accept(ulong sequence)
    {
        if (_window.Check(sequence) == ReplayVerdict.Fresh)
            _window.Commit(sequence);
    }
}
