using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace Sockets.LoadBench.Streams;

/// <summary>Ours, whatever the security.</summary>
internal sealed class ProductEnd(Socket socket, int size) : StreamEnd(size)
{
    public override async Task PingAsync(int rounds, LatencyHistogram latency)
    {
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await socket.SendAsync(Outgoing.AsMemory()).ConfigureAwait(false);
            for (int received = 0; received < Size;)
            {
                int count = (await socket.ReceiveAsync(Incoming.AsMemory(received)).ConfigureAwait(false)).Count;
                received += count > 0 ? count : throw new EndOfStreamException();
            }

            latency.RecordSince(start);
        }
    }

    public override async Task EchoAsync()
    {
        try
        {
            while (true)
            {
                int count = (await socket.ReceiveAsync(Incoming.AsMemory()).ConfigureAwait(false)).Count;
                if (count == 0)
                    return;
                await socket.SendAsync(Incoming.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The other end, or this one, was closed.
        }
    }

    public override async Task PushAsync(int count)
    {
        for (int i = 0; i < count; i++)
            await socket.SendAsync(Outgoing.AsMemory()).ConfigureAwait(false);
    }

    public override async Task SendFileAsync(string path) => await socket.SendFileAsync(path).ConfigureAwait(false);

    public override async Task DrainAsync(long bytes)
    {
        while (bytes > 0)
        {
            int count = (await socket.ReceiveAsync(Incoming.AsMemory()).ConfigureAwait(false)).Count;
            bytes -= count > 0 ? count : throw new EndOfStreamException();
        }
    }

    public override void Ping(int rounds, LatencyHistogram latency)
    {
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            socket.Send(Outgoing);
            for (int received = 0; received < Size;)
            {
                int count = socket.Receive(Incoming.AsSpan(received)).Count;
                received += count > 0 ? count : throw new EndOfStreamException();
            }

            latency.RecordSince(start);
        }
    }

    public override void Echo()
    {
        try
        {
            while (true)
            {
                int count = socket.Receive(Incoming.AsSpan()).Count;
                if (count == 0)
                    return;
                socket.Send(Incoming.AsSpan(0, count));
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The other end, or this one, was closed.
        }
    }

    public override void Push(int count)
    {
        for (int i = 0; i < count; i++)
            socket.Send(Outgoing);
    }

    public override void SendFile(string path) => socket.SendFile(path);

    public override void Drain(long bytes)
    {
        while (bytes > 0)
        {
            int count = socket.Receive(Incoming.AsSpan()).Count;
            bytes -= count > 0 ? count : throw new EndOfStreamException();
        }
    }

    public override void Dispose() => socket.Dispose();
}
