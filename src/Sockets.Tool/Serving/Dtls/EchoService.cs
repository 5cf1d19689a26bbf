using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Options;

namespace Sockets.Tool.Serving;

/// <summary>Sends every datagram back, in the receive loop, and prints what happens.</summary>
internal sealed class EchoService(ToolConsole console, ExporterRequest? exporter, int? limit) : IDtlsHandler, IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly HashSet<DtlsChannel> _channels = [];
    private int _endedConnections;

    /// <summary>Completes when as many connections have ended as were asked for.</summary>
    public Task Ended => _ended.Task;

    public void OnConnected(DtlsChannel channel)
    {
        lock (_gate)
            _channels.Add(channel);
        console.WriteLine(ChannelText.Connected(channel));
        if (exporter is not null)
            console.WriteLine($"exporter {exporter.Derive(channel)}");
    }

    public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram)
    {
        // What came in one record of the peer may not fit into one datagram of ours: it goes back in several.
        while (datagram.Length > channel.MaxDatagramLength)
        {
            channel.TrySend(datagram[..channel.MaxDatagramLength]);
            datagram = datagram[channel.MaxDatagramLength..];
        }

        channel.TrySend(datagram);
    }

    public void OnKeysUpdated(DtlsChannel channel, bool sending) => console.WriteLine(sending ? "key-update sent" : "key-update received");

    public void OnPathChanged(DtlsChannel channel) => console.WriteLine($"moved peer={channel.RemoteEndPoint}");

    public void OnClosed(DtlsChannel channel, DtlsException? failure)
    {
        lock (_gate)
            _channels.Remove(channel);
        console.WriteLine(ChannelText.Closed(channel, failure));
        Count();
    }

    public void HandshakeFailed(IPEndPoint peer, DtlsException failure)
    {
        console.WriteLine($"failed peer={peer} reason={FailureLine.Of(failure)}");
        Count();
    }

    /// <summary>Updates the keys of all connections.</summary>
    public void UpdateKeys()
    {
        DtlsChannel[] channels;
        lock (_gate)
            channels = [.. _channels];
        foreach (DtlsChannel channel in channels)
            channel.RequestKeyUpdate();
    }

    public void Dispose() => _ended.TrySetResult();

    private void Count()
    {
        if (++_endedConnections == limit)
            _ended.TrySetResult();
    }
}
