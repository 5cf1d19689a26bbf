using System.Collections.Concurrent;

namespace Sockets.Tests;

/// <summary>Echoes in the receive loop and remembers what else it was told.</summary>
internal sealed class EchoHandler : IDtlsHandler
{
    public ConcurrentQueue<string> Events { get; } = new();

    public ConcurrentBag<DtlsChannel> Channels { get; } = [];

    public void OnConnected(DtlsChannel channel)
    {
        Channels.Add(channel);
        Events.Enqueue("connected");
    }

    public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram)
    {
        if (datagram.SequenceEqual("throw"u8))
            throw new InvalidOperationException("the handler was told to throw");
        if (datagram.SequenceEqual("close"u8))
            channel.Close();
        else if (datagram.SequenceEqual("update"u8))
            channel.RequestKeyUpdate();
        channel.TrySend(datagram);
    }

    public void OnKeysUpdated(DtlsChannel channel, bool sending) => Events.Enqueue(sending ? "sending keys" : "receiving keys");

    public void OnClosed(DtlsChannel channel, DtlsException? failure) => Events.Enqueue(failure is null ? "closed" : $"failed {failure.Reason}");
}
