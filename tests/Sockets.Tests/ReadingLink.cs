using System.Net;
using Sockets.Links;

namespace Sockets.Tests;

/// <summary>A plain stream that cannot send files inside the kernel, and takes an odd number of bytes at most.</summary>
internal sealed class ReadingLink(PlainLink plain) : SocketLink
{
    private const int Most = 50_001;

    public override bool IsDatagram => false;

    public override EndPoint? LocalEndPoint => plain.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => plain.RemoteEndPoint;

    public override SystemSocket? Underlying => plain.Underlying;

    public override bool IsOpen => plain.IsOpen;

    public override LinkWants Wants => plain.Wants;

    public override bool Progress() => plain.Progress();

    public override ValueTask OpenAsync(CancellationToken cancellationToken) => plain.OpenAsync(cancellationToken);

    public override int TryReceive(Span<byte> buffer) => plain.TryReceive(buffer);

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => plain.ReceiveAsync(buffer, cancellationToken);

    public override int TrySend(ReadOnlySpan<byte> buffer) => plain.TrySend(buffer[..Math.Min(buffer.Length, Most)]);

    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers)
    {
        foreach (ReadOnlyMemory<byte> buffer in buffers)
        {
            if (!buffer.IsEmpty)
                return TrySend(buffer.Span);
        }

        return 0;
    }

    public override ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken) => plain.SendWhenReadyAsync(next, cancellationToken);

    public override void ConfirmEnd() => plain.ConfirmEnd();

    public override bool TryShutdownSend() => plain.TryShutdownSend();

    public override bool Wait(LinkWants wants, TimeSpan timeout) => plain.Wait(wants, timeout);

    public override void Abort() => plain.Abort();

    public override void Dispose() => plain.Dispose();
}
