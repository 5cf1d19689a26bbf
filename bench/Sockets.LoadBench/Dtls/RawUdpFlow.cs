using System;
using System.Net.Sockets;

namespace Sockets.LoadBench.Dtls;

/// <summary>
/// Raw UDP of System.Net.Sockets in its fastest form: both ends connected, so that no address is looked at, blocking, one call
/// for each datagram, buffers that are used again.
/// </summary>
internal sealed class RawUdpFlow : DatagramFlow
{
    private const int Burst = 32;

    private readonly SystemSocket _sender;
    private readonly SystemSocket _receiver;
    private readonly byte[] _datagram;

    public RawUdpFlow(DatagramPlace place, int size, int count)
        : base("raw UDP, one Send each", size, count)
    {
        (_sender, _receiver) = place.ConnectRaw();
        _receiver.ReceiveTimeout = 200;
        _datagram = new byte[size];
        Fill(_datagram);
    }

    protected override void Prepare(int slice) => DatagramContent.Mark(_datagram, slice);

    protected override int Send(int most)
    {
        int count = int.Min(most, Burst);
        for (int i = 0; i < count; i++)
            _sender.Send(_datagram);
        return count;
    }

    protected override void Receive()
    {
        byte[] buffer = new byte[2048];
        while (!IsDisposed)
        {
            int length = _receiver.Receive(buffer, 0, buffer.Length, SocketFlags.None, out SocketError error);
            if (error != SocketError.Success)
                continue;
            Arrived(buffer.AsSpan(0, length));
            Pause();
        }
    }

    protected override void Close()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }
}
