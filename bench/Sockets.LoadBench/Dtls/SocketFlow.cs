using System;

namespace Sockets.LoadBench.Dtls;

/// <summary>Datagrams through <see cref="Socket"/>, plain or under DTLS: batches, or one call for each.</summary>
internal sealed class SocketFlow : DatagramFlow
{
    private const int Batch = 64;

    private readonly SocketPair _pair;
    private readonly byte[] _datagrams;
    private readonly int[] _lengths = new int[Batch];
    private readonly byte[] _answer = new byte[16];
    private readonly bool _isBatched;

    public SocketFlow(SocketPair pair, string name, int size, int count, bool isBatched)
        : base(name, size, count)
    {
        _pair = pair;
        _isBatched = isBatched;
        _pair.Server.ReceiveTimeout = TimeSpan.FromMilliseconds(200);
        _datagrams = new byte[Batch * size];
        for (int i = 0; i < Batch; i++)
            Fill(_datagrams.AsSpan(i * size, size));
        Array.Fill(_lengths, size);
    }

    protected override void Prepare(int slice)
    {
        // The sender drives its socket too: an acknowledgement of new keys comes back once in 20 million datagrams.
        _pair.Client.TryReceive(_answer, out _);
        for (int i = 0; i < Batch; i++)
            DatagramContent.Mark(_datagrams.AsSpan(i * Size), slice);
    }

    protected override int Send(int most)
    {
        int count = Math.Min(most, Batch);
        if (_isBatched)
            return _pair.Client.SendDatagrams(_datagrams.AsSpan(0, count * Size), _lengths.AsSpan(0, count));
        for (int i = 0; i < count; i++)
            _pair.Client.Send(_datagrams.AsSpan(0, Size));
        return count;
    }

    protected override void Receive()
    {
        byte[] buffer = new byte[Batch * 2048];
        var results = new SocketReceiveResult[_isBatched ? Batch : 1];
        while (!IsDisposed)
        {
            try
            {
                int count = 1;
                if (_isBatched)
                    count = _pair.Server.ReceiveDatagrams(buffer, results);
                else
                    results[0] = _pair.Server.Receive(buffer);
                ReadOnlySpan<byte> rest = buffer;
                foreach (SocketReceiveResult result in results.AsSpan(0, count))
                {
                    Arrived(rest[..result.Count]);
                    rest = rest[result.Count..];
                }

                Pause();
            }
            catch (SocketFailureException failure) when (failure.Reason == SocketFailureReason.TimedOut)
            {
                // Between slices.
            }
        }
    }

    protected override void Close() => _pair.Dispose();
}
