using System;
using Sockets.LoadBench.Dtls.BouncyCastle;

namespace Sockets.LoadBench.Dtls;

/// <summary>What .NET users pick today: Portable.BouncyCastle, DTLS 1.2, managed code throughout.</summary>
internal sealed class BouncyCastleFlow : DatagramFlow
{
    private const int Burst = 32;

    private readonly BouncyCastlePair _pair;
    private readonly byte[] _datagram;

    public BouncyCastleFlow(DatagramPlace place, int size, int count)
        : base("BouncyCastle, DTLS 1.2", size, count)
    {
        _pair = new BouncyCastlePair(place);
        _datagram = new byte[size];
        Fill(_datagram);
    }

    protected override void Prepare(int slice) => DatagramContent.Mark(_datagram, slice);

    protected override int Send(int most)
    {
        int count = Math.Min(most, Burst);
        for (int i = 0; i < count; i++)
            _pair.Client.Send(_datagram, 0, _datagram.Length);
        return count;
    }

    protected override void Receive()
    {
        byte[] buffer = new byte[2048];
        while (!IsDisposed)
        {
            int length = _pair.Server.Receive(buffer, 0, buffer.Length, 200);
            if (length < 0)
                continue;
            Arrived(buffer.AsSpan(0, length));
            Pause();
        }
    }

    protected override void Close() => _pair.Dispose();
}
