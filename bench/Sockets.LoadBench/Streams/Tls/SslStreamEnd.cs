using System;
using System.Diagnostics;
using System.IO;
using System.Net.Security;
using System.Threading.Tasks;

namespace Sockets.LoadBench.Streams.Tls;

/// <summary>SslStream over the NetworkStream of a socket.</summary>
internal sealed class SslStreamEnd(SslStream stream, int size) : StreamEnd(size)
{
    private const int CopyLength = 128 * 1024;

    public override async Task PingAsync(int rounds, LatencyHistogram latency)
    {
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await stream.WriteAsync(Outgoing.AsMemory()).ConfigureAwait(false);
            for (int received = 0; received < Size;)
            {
                int count = await stream.ReadAsync(Incoming.AsMemory(received)).ConfigureAwait(false);
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
                int count = await stream.ReadAsync(Incoming.AsMemory()).ConfigureAwait(false);
                if (count == 0)
                    return;
                await stream.WriteAsync(Incoming.AsMemory(0, count)).ConfigureAwait(false);
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
            await stream.WriteAsync(Outgoing.AsMemory()).ConfigureAwait(false);
    }

    public override async Task SendFileAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        await file.CopyToAsync(stream, CopyLength).ConfigureAwait(false);
    }

    public override async Task DrainAsync(long bytes)
    {
        while (bytes > 0)
        {
            int count = await stream.ReadAsync(Incoming.AsMemory()).ConfigureAwait(false);
            bytes -= count > 0 ? count : throw new EndOfStreamException();
        }
    }

    public override void Ping(int rounds, LatencyHistogram latency)
    {
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            stream.Write(Outgoing);
            for (int received = 0; received < Size;)
            {
                int count = stream.Read(Incoming.AsSpan(received));
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
                int count = stream.Read(Incoming.AsSpan());
                if (count == 0)
                    return;
                stream.Write(Incoming.AsSpan(0, count));
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
            stream.Write(Outgoing);
    }

    public override void SendFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        file.CopyTo(stream, CopyLength);
    }

    public override void Drain(long bytes)
    {
        while (bytes > 0)
        {
            int count = stream.Read(Incoming.AsSpan());
            bytes -= count > 0 ? count : throw new EndOfStreamException();
        }
    }

    public override void Dispose() => stream.Dispose();
}
