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
    private int _message;
    private int _offset;
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

        _message = 0;
        _offset = 0;
        _isCoalescing = batch.Bytes(batch.Count - 1).Length > batch.SegmentSize(batch.Count - 1);
        _batch = batch;
        return SocketError.Success;
    }

    /// <summary>Takes as many as there are and fit, one behind the other; the first is cut when it does not fit.</summary>
    public int Take(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        DatagramBatch batch = _batch!;
        int count = 0;
        while (count < results.Length)
        {
            ReadOnlySpan<byte> rest = batch.Bytes(_message)[_offset..];
            int length = Math.Min(batch.SegmentSize(_message), rest.Length);
            if (length > buffer.Length && count > 0)
                break;
            int copied = Math.Min(length, buffer.Length);
            rest[..copied].CopyTo(buffer);
            buffer = buffer[copied..];
            bool isLast = length == rest.Length;
            results[count++] = new SocketReceiveResult(copied, false, copied < length || (isLast && batch.IsTruncated(_message)));
            _offset += length;
            if (isLast && !MoveNext(batch))
                break;
        }

        return count;
    }

    /// <summary>To the next message; false: there is none, and the memory is given back.</summary>
    private bool MoveNext(DatagramBatch batch)
    {
        _offset = 0;
        if (++_message < batch.Count)
            return true;
        _batch = null;
        batch.Return();
        return false;
    }
}
