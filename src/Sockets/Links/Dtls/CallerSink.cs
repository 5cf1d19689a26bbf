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

    public readonly bool Goes(int datagrams) => Count == 0 || datagrams <= _results.Length - Count;

    public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data)
    {
        var channel = (DtlsChannel)connection.UserState!;
        if (channel != _channel || Count == _results.Length || data.Length > _rest.Length || !channel.Queue.IsEmpty)
        {
            channel.Deliver(data);
            return;
        }

        data.CopyTo(_rest);
        _rest = _rest[data.Length..];
        _results[Count++] = new SocketReceiveResult(data.Length);
    }
}
