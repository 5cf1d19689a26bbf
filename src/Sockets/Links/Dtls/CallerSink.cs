using System;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>
/// Data of one channel on its way into the buffer of the call that receives it, without a stop in the queue. What finds no
/// room is queued, and so is everything behind it; what belongs to others goes to them.
/// </summary>
internal ref struct CallerSink : IDriverSink
{
    private readonly DtlsChannel _channel;
    private readonly Span<SocketReceiveResult> _results;
    private Span<byte> _rest;

    public CallerSink(DtlsChannel channel, Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        _channel = channel;
        _rest = buffer;
        _results = results;
    }

    /// <summary>Datagrams that the caller has.</summary>
    public int Count { get; private set; }

    public bool HasRoom { get; private set; } = true;

    /// <summary>One receive is enough: it brings a piece of many, or all there was.</summary>
    public readonly bool WantsMore => Count == 0;

    public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data)
    {
        var channel = (DtlsChannel)connection.UserState!;
        if (channel != _channel || Count == _results.Length || data.Length > _rest.Length || !channel.Queue.IsEmpty)
        {
            channel.Deliver(data);
            HasRoom &= channel != _channel;
            return;
        }

        data.CopyTo(_rest);
        _rest = _rest[data.Length..];
        _results[Count++] = new SocketReceiveResult(data.Length);
        HasRoom = Count < _results.Length;
    }
}
