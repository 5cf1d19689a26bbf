using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Records;

namespace Sockets.MicroBench;

/// <summary>Headers written and read, and a record number made whole again (RFC 9147 §4, §4.2.2).</summary>
[MemoryDiagnoser]
public class RecordHeaderBenchmarks
{
    private const int Repetitions = 64;

    private readonly byte[] _unified = new byte[5 + 64];
    private readonly byte[] _plaintext = new byte[PlaintextHeader.Length + 64];

    [GlobalSetup]
    public void Setup()
    {
        WriteUnified();
        WritePlaintext();
    }

    [Benchmark(OperationsPerInvoke = Repetitions)]
    public void WriteUnified()
    {
        for (ulong i = 0; i < Repetitions; i++)
            UnifiedHeader.Write(_unified, RecordHeaderForm.Full, new RecordNumber(3, i), 64);
    }

    [Benchmark(OperationsPerInvoke = Repetitions)]
    public int ReadUnified()
    {
        int total = 0;
        for (int i = 0; i < Repetitions; i++)
        {
            if (UnifiedHeader.TryRead(_unified, out UnifiedHeader header))
                total += header.CiphertextLength;
        }

        return total;
    }

    [Benchmark(OperationsPerInvoke = Repetitions)]
    public void WritePlaintext()
    {
        for (ulong i = 0; i < Repetitions; i++)
            PlaintextHeader.Write(_plaintext, ContentType.Handshake, i, 64);
    }

    [Benchmark(OperationsPerInvoke = Repetitions)]
    public int ReadPlaintext()
    {
        int total = 0;
        for (int i = 0; i < Repetitions; i++)
        {
            if (PlaintextHeader.TryRead(_plaintext, out PlaintextHeader header))
                total += header.ContentLength;
        }

        return total;
    }

    [Benchmark(OperationsPerInvoke = Repetitions)]
    public ulong ReconstructNumber()
    {
        ulong expected = 0x1_0000;
        for (uint i = 0; i < Repetitions; i++)
            expected = RecordNumber.Reconstruct(expected, i & 0xFFFF, 16) + 1;
        return expected;
    }
}
