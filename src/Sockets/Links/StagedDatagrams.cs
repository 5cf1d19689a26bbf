using System;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Links;

/// <summary>
/// What one call of the system brought of a socket that is one peer's, until the application has taken it. Holds memory only
/// meanwhile. For the one who receives.
/// </summary>
internal sealed class StagedDatagrams
{
    private volatile DatagramBatch? _batch;
    private bool _isCoalescing;

    /// <summary>Whether nothing waits to be taken.</summary>
    public bool IsEmpty => _batch is null;

    /// <summary>Receives, unless something waits to be taken already. Success: something does.</summary>
    public SocketError TryReceive(SystemSocket socket, DatagramAbilities abilities, int maxDatagrams)
    {
        if (_batch is not null)
            return SocketError.Success;
        DatagramBatch batch = DatagramBatch.Rent();
        SocketError error;
        try
        {
            // Several in one piece are enough for one call.
            error = batch.Receive(socket, abilities, _isCoalescing ? 1 : maxDatagrams, wantsSource: false);
        }
        catch
        {
            batch.Return();
            throw;
        }

        if (error != SocketError.Success)
        {
            batch.Return();
            return error;
        }

        _isCoalescing = batch.Bytes(batch.Count - 1).Length > batch.SegmentSize(batch.Count - 1);
        _batch = batch;
        return SocketError.Success;
    }

    /// <summary>Takes as many as there are and fit, one behind the other; the first is cut when it does not fit.</summary>
    public int Take(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        DatagramBatch batch = _batch!;
        int count = 0;
        while (count < results.Length && batch.HasNext && (count == 0 || batch.NextLength <= buffer.Length))
        {
            int message = batch.NextMessage;
            ReadOnlySpan<byte> datagram = batch.TakeNext();
            int copied = Math.Min(datagram.Length, buffer.Length);
            datagram[..copied].CopyTo(buffer);
            buffer = buffer[copied..];
            bool isLast = !batch.HasNext || batch.NextMessage != message;
            results[count++] = new SocketReceiveResult(copied, false, copied < datagram.Length || (isLast && batch.IsTruncated(message)));
        }

        if (!batch.HasNext)
        {
            _batch = null;
            batch.Return();
        }

        return count;
    }
}
