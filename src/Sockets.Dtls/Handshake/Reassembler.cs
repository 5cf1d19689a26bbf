using System;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// Puts handshake fragments together (RFC 9147 §5.5): any order, any overlap, a window of messages ahead of the
/// expected one, and a budget of bytes. Holds nothing else of the peer.
/// </summary>
/// <param name="nextSequence">message_seq of the message that is expected first.</param>
/// <param name="maxMessageSize">Longest message in bytes.</param>
/// <param name="budget">Bytes of all buffered messages together; the expected message is admitted beyond it.</param>
/// <param name="trustsPlaintext">Whether fragments in clear that disagree are an error, as those that are authenticated.</param>
internal sealed class Reassembler(int nextSequence, int maxMessageSize, int budget, bool trustsPlaintext = false)
{
    /// <summary>Messages buffered, the expected one among them: as long as the longest flight.</summary>
    public const int Window = 7;

    // Null while nothing is buffered, so that an idle connection does without.
    private Slot?[]? _slots;
    private int _count;
    private int _buffered;

    /// <summary>message_seq of the message that comes next.</summary>
    public int NextSequence { get; private set; } = nextSequence;

    /// <summary>Whether anything is buffered, whole or in part.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Takes one fragment.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="fragment">Its bytes, as many as the header says.</param>
    /// <param name="epoch">The epoch of the record it came in.</param>
    public FragmentVerdict Add(in FragmentHeader header, ReadOnlySpan<byte> fragment, ulong epoch)
    {
        int ahead = header.MessageSequence - NextSequence;
        if (ahead < 0)
            return FragmentVerdict.Old;
        if (ahead >= Window)
            return FragmentVerdict.OutOfWindow;
        if (header.Offset + header.FragmentLength > header.MessageLength)
            return FragmentVerdict.Malformed;
        if (header.MessageLength > maxMessageSize)
            return FragmentVerdict.TooLarge;
        if (header.FragmentLength == 0 && header.MessageLength != 0)
            return FragmentVerdict.Taken; // it carries nothing, and nothing is kept for it

        int index = header.MessageSequence % Window;
        Slot? slot = _slots?[index];
        if (slot is not null && slot.Epoch > epoch)
            return FragmentVerdict.OutOfWindow;
        if (slot is not null && (slot.Type != header.Type || slot.Body.Length != header.MessageLength || slot.Epoch != epoch))
        {
            // Fragments of one message must agree. What is not authenticated gives way: to an authenticated fragment,
            // and to a newer one, so that a forged first fragment cannot keep the true message out.
            if (slot.Epoch != 0 || (trustsPlaintext && epoch == 0))
                return FragmentVerdict.Mismatch;
            Drop(index);
            slot = null;
        }

        if (slot is null)
        {
            if (ahead > 0 && _buffered + header.MessageLength > budget)
                return FragmentVerdict.OutOfWindow;
            slot = new Slot(header.Type, header.MessageLength, epoch);
            _slots ??= new Slot?[Window];
            _slots[index] = slot;
            _buffered += header.MessageLength;
            _count++;
        }

        fragment.CopyTo(slot.Body.AsSpan(header.Offset));
        slot.Received.Add(header.Offset, header.Offset + Math.Max(header.FragmentLength, header.MessageLength == 0 ? 1 : 0));
        return FragmentVerdict.Taken;
    }

    /// <summary>The expected message, when it is whole.</summary>
    public bool TryPeek(out HandshakeType type, out ReadOnlySpan<byte> body, out ulong epoch)
    {
        Slot? slot = _slots?[NextSequence % Window];
        if (slot is null || !slot.Received.IsComplete)
        {
            type = default;
            body = default;
            epoch = 0;
            return false;
        }

        type = slot.Type;
        body = slot.Body;
        epoch = slot.Epoch;
        return true;
    }

    /// <summary>Drops the message that <see cref="TryPeek"/> returned and expects the one after it.</summary>
    public void Advance()
    {
        Drop(NextSequence % Window);
        NextSequence++;
    }

    /// <summary>Expects the message after the next one: that one came by another way.</summary>
    public void Skip() => NextSequence++;

    /// <summary>
    /// Whether anything of an epoch below <paramref name="epoch"/> is buffered: handshake data must not continue past a
    /// change of keys. What is not authenticated is dropped instead, but for the whole next message.
    /// </summary>
    public bool HasExcessBelow(ulong epoch)
    {
        bool excess = false;
        for (int i = 0; i < Window && _slots is not null; i++)
        {
            Slot? slot = _slots[i];
            if (slot is null || slot.Epoch >= epoch)
                continue;
            bool isNext = ReferenceEquals(slot, _slots[NextSequence % Window]);
            if (slot.Epoch != 0 || (isNext && slot.Received.IsComplete))
            {
                excess = true;
                continue;
            }

            Drop(i);
        }

        return excess;
    }

    private void Drop(int index)
    {
        _buffered -= _slots![index]!.Body.Length;
        _slots[index] = null;
        if (--_count == 0)
            _slots = null;
    }

    private sealed class Slot(HandshakeType type, int length, ulong epoch)
    {
        public HandshakeType Type { get; } = type;

        public ulong Epoch { get; } = epoch;

        public byte[] Body { get; } = length == 0 ? [] : new byte[length];

        public ByteRanges Received { get; } = new(length);
    }
}
