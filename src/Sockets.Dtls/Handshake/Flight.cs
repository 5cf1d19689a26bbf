using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The messages of ours that are not acknowledged yet (RFC 9147 §5.7, §7): cuts them into fragments, remembers which
/// record carried which bytes, and sends again only what is missing.
/// </summary>
/// <param name="history">Sent records remembered for the peer's ACKs.</param>
internal sealed class Flight(int history)
{
    private readonly List<OutgoingMessage> _messages = [];
    private readonly Queue<SentRecord> _sent = new();
    private int _cursorMessage;
    private int _cursorOffset;
    private int _reached;

    /// <summary>Whether there is nothing, or nothing left, to send in this round.</summary>
    public bool IsSent => _cursorMessage >= _messages.Count;

    /// <summary>Whether no message is waiting for acknowledgement.</summary>
    public bool IsEmpty => _messages.Count == 0;

    /// <summary>What is waiting.</summary>
    public IReadOnlyList<OutgoingMessage> Messages => _messages;

    /// <summary>Whether a message of this type is waiting.</summary>
    public bool Contains(HandshakeType type) => _messages.Exists(message => message.Type == type);

    /// <summary>The epoch of the first message that has not gone out even once; null when all have.</summary>
    public ulong? UnsentEpoch => _reached < _messages.Count ? _messages[_reached].Epoch : null;

    /// <summary>Adds a message at the end.</summary>
    public void Add(OutgoingMessage message) => _messages.Add(message);

    /// <summary>Drops everything: acknowledged, explicitly or by the peer's next flight.</summary>
    public void Clear()
    {
        _messages.Clear();
        _sent.Clear();
        _cursorMessage = 0;
        _cursorOffset = 0;
        _reached = 0;
    }

    /// <summary>Starts another round over what is not acknowledged.</summary>
    public void Rewind()
    {
        _cursorMessage = 0;
        _cursorOffset = 0;
        SkipAcknowledged();
    }

    /// <summary>
    /// Forgets acknowledgements of epoch 0, which anybody can forge: called when several timeouts brought no progress.
    /// </summary>
    public void DistrustPlaintextAcknowledgements()
    {
        foreach (OutgoingMessage message in _messages)
        {
            if (message.Epoch == 0)
                message.Acknowledged.Clear(message.Body.Length);
        }
    }

    /// <summary>The epoch of the record that comes next. Not when <see cref="IsSent"/>.</summary>
    public ulong NextEpoch => _messages[_cursorMessage].Epoch;

    /// <summary>
    /// Fills one record's content with as many fragments of one epoch as fit.
    /// </summary>
    /// <param name="destination">Room for the content.</param>
    /// <param name="range">What the record carries, for <see cref="OnSent"/>.</param>
    /// <returns>Bytes of content; 0 when not even one byte of the next message fits.</returns>
    public int Fill(Span<byte> destination, out SentRecord range)
    {
        range = new SentRecord(default, _cursorMessage, _cursorOffset, _cursorMessage, _cursorOffset);
        int used = 0;
        ulong epoch = NextEpoch;
        while (!IsSent && _messages[_cursorMessage] is { } message && message.Epoch == epoch)
        {
            int room = destination.Length - used - FragmentHeader.Length;
            if (room < Math.Min(message.Body.Length, 1))
                break;
            message.Acknowledged.TryFindMissing(_cursorOffset, message.RangeLength, out int start, out int end);
            int length = Math.Min(end - start, room);
            if (message.Body.Length == 0)
                length = 0;
            var header = new FragmentHeader(message.Type, message.Body.Length, message.Sequence, start, length);
            header.Write(destination[used..]);
            message.Body.AsSpan(start, length).CopyTo(destination[(used + FragmentHeader.Length)..]);
            used += FragmentHeader.Length + length;

            int reached = message.Body.Length == 0 ? 1 : start + length;
            if (range.FirstMessage == _cursorMessage && range.FirstOffset == _cursorOffset)
                range = range with { FirstOffset = start };
            range = range with { LastMessage = _cursorMessage, LastEnd = reached };
            _cursorOffset = reached;
            SkipAcknowledged();
        }

        return used;
    }

    /// <summary>Remembers that a record carried what <see cref="Fill"/> returned.</summary>
    public void OnSent(RecordNumber number, in SentRecord range)
    {
        _reached = Math.Max(_reached, _cursorMessage);
        if (_sent.Count == history)
            _sent.Dequeue();
        _sent.Enqueue(range with { Number = number });
    }

    /// <summary>Marks what one record carried as received by the peer.</summary>
    /// <returns>Whether the peer was not known to have all of it.</returns>
    public bool Acknowledge(RecordNumber number)
    {
        foreach (SentRecord record in _sent)
        {
            if (record.Number != number)
                continue;
            bool isNew = false;
            for (int i = record.FirstMessage; i <= record.LastMessage; i++)
            {
                OutgoingMessage message = _messages[i];
                int start = i == record.FirstMessage ? record.FirstOffset : 0;
                int end = i == record.LastMessage ? record.LastEnd : message.RangeLength;
                isNew |= message.Acknowledged.Add(start, end);
            }

            return isNew;
        }

        return false;
    }

    /// <summary>Marks one message as received by the peer, whose answer tells it.</summary>
    /// <returns>Whether the message was among these.</returns>
    public bool Acknowledge(ushort sequence)
    {
        OutgoingMessage? message = _messages.Find(message => message.Sequence == sequence);
        message?.Acknowledged.Add(0, message.RangeLength);
        SkipAcknowledged();
        return message is not null;
    }

    /// <summary>Whether the peer has every byte.</summary>
    public bool IsAcknowledged => _messages.TrueForAll(message => message.Acknowledged.IsComplete);

    private void SkipAcknowledged()
    {
        while (_cursorMessage < _messages.Count)
        {
            OutgoingMessage message = _messages[_cursorMessage];
            if (_cursorOffset < message.RangeLength
                && message.Acknowledged.TryFindMissing(_cursorOffset, message.RangeLength, out int start, out _))
            {
                _cursorOffset = start;
                return;
            }

            _cursorMessage++;
            _cursorOffset = 0;
        }
    }
}
