using System;
using System.Collections.Generic;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// Puts ClientHellos together that are larger than a datagram, before the cookie proves who sends them: the one state
/// an unknown address can cause. A fixed number of slots of a fixed size; the oldest gives way. Nothing names the ClientHello that a
/// fragment is of, and an address may send one after another: those that cannot be of one are not put together.
/// </summary>
internal sealed class ClientHelloCache(int slots, int slotSize)
{
    /// <summary>Datagrams do not overtake each other by more.</summary>
    private static readonly TimeSpan Reordering = TimeSpan.FromSeconds(1);

    /// <summary>Twice the longest pause between two transmissions of a flight (RFC 9147 §5.8.2).</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120);

    private readonly Dictionary<DtlsPath, Slot> _byPath = [];
    private readonly Slot?[] _slots = new Slot?[slots];
    private int _oldest;

    /// <summary>Takes one fragment.</summary>
    /// <param name="path">Where it came from.</param>
    /// <param name="header">Its header; offset and length lie inside the message.</param>
    /// <param name="fragment">Its bytes.</param>
    /// <param name="recordSequence">Sequence number of its record.</param>
    /// <param name="datagramLength">Bytes of its datagram.</param>
    /// <param name="now">When it came.</param>
    /// <param name="message">The whole ClientHello, once it is whole: a view that lives until the next call.</param>
    /// <param name="bytesReceived">Bytes of all its datagrams.</param>
    /// <param name="mayBeMixed">Whether its fragments came by several transmissions, perhaps of several ClientHellos.</param>
    /// <returns>Whether it is whole.</returns>
    public bool TryAdd(
        in DtlsPath path,
        in FragmentHeader header,
        ReadOnlySpan<byte> fragment,
        ulong recordSequence,
        int datagramLength,
        MonotonicTime now,
        out ReadOnlySpan<byte> message,
        out int bytesReceived,
        out bool mayBeMixed)
    {
        message = default;
        bytesReceived = 0;
        mayBeMixed = false;
        if (header.MessageLength > slotSize || header.FragmentLength == 0)
            return false;
        if (!_byPath.TryGetValue(path, out Slot? slot))
            slot = TakeOldest(path, header);
        else if (!slot.MayBeOf(header, recordSequence, now) || slot.Contradicts(header, fragment))
            slot.Start(path, header);

        slot.BytesReceived += datagramLength;
        slot.Add(header, fragment, recordSequence, now);
        if (!slot.Received.IsComplete)
            return false;
        message = slot.Buffer.AsSpan(0, slot.Length);
        bytesReceived = slot.BytesReceived;
        mayBeMixed = !slot.IsOneTransmission;
        return true;
    }

    /// <summary>Forgets what came over a path.</summary>
    public void Remove(in DtlsPath path) => _byPath.Remove(path);

    private Slot TakeOldest(in DtlsPath path, in FragmentHeader header)
    {
        Slot slot = _slots[_oldest] ??= new Slot(slotSize);
        _oldest = (_oldest + 1) % slots;
        if (_byPath.TryGetValue(slot.Path, out Slot? current) && current == slot)
            _byPath.Remove(slot.Path);
        slot.Start(path, header);
        _byPath.Add(path, slot);
        return slot;
    }

    private sealed class Slot(int size)
    {
        private ushort _messageSequence;
        private bool _isEmpty;

        // The fragment with the highest record number so far, and when the last one came.
        private long _lastSequence;
        private int _lastEnd;
        private MonotonicTime _lastArrival;

        public DtlsPath Path { get; private set; }

        public int Length { get; private set; }

        public int BytesReceived { get; set; }

        public byte[] Buffer { get; } = new byte[size];

        public ByteRanges Received { get; } = new(size);

        /// <summary>Whether the fragments came one behind the other, numbered like that: nothing else is between them.</summary>
        public bool IsOneTransmission { get; private set; }

        public void Start(in DtlsPath path, in FragmentHeader header)
        {
            Path = path;
            _messageSequence = header.MessageSequence;
            Length = header.MessageLength;
            BytesReceived = 0;
            Received.Clear(header.MessageLength);
            _isEmpty = true;
            IsOneTransmission = true;
        }

        /// <summary>
        /// Whether a fragment may be of the same ClientHello, as far as headers and time tell. One that comes later than datagrams are
        /// overtaken is of another transmission, which numbers its records on: there are those between that were lost. Records of
        /// another association begin at 0 again.
        /// </summary>
        public bool MayBeOf(in FragmentHeader header, ulong recordSequence, MonotonicTime now)
        {
            if (Length != header.MessageLength || _messageSequence != header.MessageSequence || now - _lastArrival > Lifetime)
                return false;
            if (now - _lastArrival <= Reordering)
                return true;
            int between = (_lastEnd < Length ? 1 : 0) + (header.Offset > 0 ? 1 : 0);
            return (long)recordSequence - _lastSequence > between;
        }

        /// <summary>Whether bytes that are there already are said to be others.</summary>
        public bool Contradicts(in FragmentHeader header, ReadOnlySpan<byte> fragment)
        {
            int end = header.Offset + header.FragmentLength;
            for (int at = header.Offset; at < end;)
            {
                Received.TryFindMissing(at, end, out int missing, out int next);
                if (!Buffer.AsSpan(at, missing - at).SequenceEqual(fragment[(at - header.Offset)..(missing - header.Offset)]))
                    return true;
                at = next;
            }

            return false;
        }

        public void Add(in FragmentHeader header, ReadOnlySpan<byte> fragment, ulong recordSequence, MonotonicTime now)
        {
            long sequence = (long)recordSequence;
            int end = header.Offset + header.FragmentLength;
            bool follows = _isEmpty || (header.Offset == _lastEnd && sequence - _lastSequence is 0 or 1 && now - _lastArrival <= Reordering);
            IsOneTransmission &= follows;
            fragment.CopyTo(Buffer.AsSpan(header.Offset));
            Received.Add(header.Offset, end);
            if (_isEmpty || sequence >= _lastSequence)
            {
                _lastSequence = sequence;
                _lastEnd = end;
            }

            _lastArrival = now;
            _isEmpty = false;
        }
    }
}
