using System;
using Sockets.Dtls.Records;

namespace Sockets.Dtls.Handshake;

/// <summary>The numbers of received records that the next ACK names (RFC 9147 §7.1): the newest, in a bounded ring.</summary>
internal sealed class AckTracker(int capacity)
{
    // A handshake without losses needs a few.
    private RecordNumber[] _ring = new RecordNumber[Math.Min(capacity, 4)];
    private int _count;
    private int _oldest;

    /// <summary>How many numbers there are.</summary>
    public int Count => _count;

    /// <summary>Adds a number; the oldest gives way when the ring is full.</summary>
    public void Add(RecordNumber number)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_ring[(_oldest + i) % _ring.Length] == number)
                return;
        }

        if (_count == _ring.Length && _count < capacity)
            Grow();
        if (_count < _ring.Length)
        {
            _ring[(_oldest + _count++) % _ring.Length] = number;
        }
        else
        {
            _ring[_oldest] = number;
            _oldest = (_oldest + 1) % _ring.Length;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _count = 0;

    /// <summary>
    /// Copies the newest numbers of epochs up to <paramref name="maxEpoch"/>, in ascending order: during the handshake an
    /// ACK never names a record of a later epoch than its own (RFC 9147 §7).
    /// </summary>
    /// <returns>How many were copied.</returns>
    public int CopyTo(Span<RecordNumber> destination, ulong maxEpoch)
    {
        int copied = 0;
        for (int i = _count - 1; i >= 0 && copied < destination.Length; i--)
        {
            RecordNumber number = _ring[(_oldest + i) % _ring.Length];
            if (number.Epoch <= maxEpoch)
                destination[copied++] = number;
        }

        destination[..copied].Sort();
        return copied;
    }

    private void Grow()
    {
        var larger = new RecordNumber[Math.Min(2 * _count, capacity)];
        for (int i = 0; i < _count; i++)
            larger[i] = _ring[(_oldest + i) % _count];
        _ring = larger;
        _oldest = 0;
    }
}
