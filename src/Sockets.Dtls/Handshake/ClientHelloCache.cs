using System;
using System.Collections.Generic;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// Puts ClientHellos together that are larger than a datagram, before the cookie proves who sends them: the one state
/// an unknown address can cause. A fixed number of slots of a fixed size; the oldest gives way.
/// </summary>
internal sealed class ClientHelloCache(int slots, int slotSize)
{
    private readonly Dictionary<DtlsPath, Slot> _byPath = [];
    private readonly Slot?[] _slots = new Slot?[slots];
    private int _oldest;

    /// <summary>Takes one fragment.</summary>
    /// <param name="path">Where it came from.</param>
    /// <param name="header">Its header; offset and length lie inside the message.</param>
    /// <param name="fragment">Its bytes.</param>
    /// <param name="datagramLength">Bytes of its datagram.</param>
    /// <param name="message">The whole ClientHello, once it is whole: a view that lives until the next call.</param>
    /// <param name="bytesReceived">Bytes of all its datagrams.</param>
    /// <returns>Whether it is whole.</returns>
    public bool TryAdd(
        in DtlsPath path, in FragmentHeader header, ReadOnlySpan<byte> fragment, int datagramLength, out ReadOnlySpan<byte> message, out int bytesReceived)
    {
        message = default;
        bytesReceived = 0;
        if (header.MessageLength > slotSize || header.FragmentLength == 0)
            return false;
        if (!_byPath.TryGetValue(path, out Slot? slot))
            slot = TakeOldest(path, header);
        else if (slot.Length != header.MessageLength || slot.MessageSequence != header.MessageSequence)
            slot.Start(path, header);

        slot.BytesReceived += datagramLength;
        fragment.CopyTo(slot.Buffer.AsSpan(header.Offset));
        slot.Received.Add(header.Offset, header.Offset + header.FragmentLength);
        if (!slot.Received.IsComplete)
            return false;
        message = slot.Buffer.AsSpan(0, slot.Length);
        bytesReceived = slot.BytesReceived;
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
        public DtlsPath Path { get; private set; }

        public ushort MessageSequence { get; private set; }

        public int Length { get; private set; }

        public int BytesReceived { get; set; }

        public byte[] Buffer { get; } = new byte[size];

        public ByteRanges Received { get; } = new(size);

        public void Start(in DtlsPath path, in FragmentHeader header)
        {
            Path = path;
            MessageSequence = header.MessageSequence;
            Length = header.MessageLength;
            BytesReceived = 0;
            Received.Clear(header.MessageLength);
        }
    }
}
