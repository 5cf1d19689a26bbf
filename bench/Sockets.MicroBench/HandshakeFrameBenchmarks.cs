using System;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Handshake;

namespace Sockets.MicroBench;

/// <summary>Handshake messages as fragments: their headers, and messages put together again (RFC 9147 §5.5).</summary>
[MemoryDiagnoser]
public class HandshakeFrameBenchmarks
{
    private const int MessageLength = 1024;

    private readonly byte[] _header = new byte[FragmentHeader.Length];
    private readonly byte[] _body = new byte[MessageLength];

    [Params(1, 4)]
    public int Fragments { get; set; }

    [Benchmark(Baseline = true)]
    public int WriteAndReadHeader()
    {
        new FragmentHeader(HandshakeType.Certificate, MessageLength, 1, 0, MessageLength).Write(_header);
        return FragmentHeader.TryRead(_header, out FragmentHeader read) ? read.FragmentLength : -1;
    }

    /// <summary>One message, its last fragment first.</summary>
    [Benchmark]
    public int Reassemble()
    {
        var reassembler = new Reassembler(0, 65536, 65536);
        int length = MessageLength / Fragments;
        for (int i = Fragments - 1; i >= 0; i--)
        {
            var header = new FragmentHeader(HandshakeType.Certificate, MessageLength, 0, i * length, length);
            reassembler.Add(header, _body.AsSpan(i * length, length), 2);
        }

        return reassembler.TryPeek(out _, out ReadOnlySpan<byte> body, out _) ? body.Length : throw new InvalidOperationException("It is not whole.");
    }
}
