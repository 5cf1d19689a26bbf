using System;
using System.Collections.Generic;

namespace Sockets.Dtls.Records;

/// <summary>
/// The connection IDs of one connection (RFC 9146 §3, RFC 9147 §9): ours, which its peer puts into its records, and the peer's.
/// A connection that has not negotiated any has none of this.
/// </summary>
internal sealed class ConnectionIdSet
{
    private readonly List<byte[]> _own = new(1);
    private readonly Queue<byte[]> _spare = new(0);
    private DtlsPath _arrivalPath;
    private int _inUse;
    private int _ofRecord;
    private bool _wasSeen;

    /// <summary>Whether the handshake has decided that connection IDs are used.</summary>
    public bool IsNegotiated { get; private set; }

    /// <summary>Whether the records that come in carry one of ours.</summary>
    public bool ExpectsOwn => IsNegotiated && _own.Count > 0;

    /// <summary>Ours, the oldest first; all of one length.</summary>
    public IReadOnlyList<byte[]> Own => _own;

    /// <summary>The newest of ours that the peer has used; empty when we want none.</summary>
    public byte[] OwnInUse => _own.Count == 0 ? [] : _own[_inUse];

    /// <summary>Which of <see cref="Own"/> that is.</summary>
    public int InUse => _inUse;

    /// <summary>What our records carry; empty: nothing.</summary>
    public byte[] Peer { get; set; } = [];

    /// <summary>What our records may carry instead, in the order in which the peer provided it (RFC 9147 §9).</summary>
    public Queue<byte[]> Spare => _spare;

    /// <summary>A NewConnectionId of the peer came, and no ACK of it was sent yet.</summary>
    public bool OwesAck { get; set; }

    /// <summary>A RequestConnectionId of ours was not answered yet.</summary>
    public bool IsRequestOpen { get; set; }

    /// <summary>How many to ask for as soon as a message may go out; 0: none.</summary>
    public int QueuedRequest { get; set; }

    /// <summary>How many the peer has asked for and was not given yet; null: it has not asked.</summary>
    public int? QueuedAnswer { get; set; }

    /// <summary>How many to issue unasked as soon as a message may go out; 0: none.</summary>
    public int QueuedIssue { get; set; }

    /// <summary>What <see cref="QueuedIssue"/> are for.</summary>
    public DtlsConnectionIdUsage QueuedUsage { get; set; }

    /// <summary>Whether the datagram at hand came over another path than the connection's.</summary>
    public bool IsOtherPath { get; private set; }

    /// <summary>Where the datagram at hand came from, when <see cref="IsOtherPath"/>.</summary>
    public ref readonly DtlsPath ArrivalPath => ref _arrivalPath;

    /// <summary>Adds one of ours.</summary>
    public void AddOwn(byte[] connectionId) => _own.Add(connectionId);

    /// <summary>The handshake has agreed on this one of the peer's.</summary>
    public void Negotiate(byte[] peer)
    {
        IsNegotiated = true;
        Peer = peer;
    }

    /// <summary>Goes on where a saved association has ended.</summary>
    public void Resume(IReadOnlyList<byte[]> own, int inUse, byte[] peer, IReadOnlyList<byte[]> spare)
    {
        _own.AddRange(own);
        _inUse = inUse;
        foreach (byte[] connectionId in spare)
            _spare.Enqueue(connectionId);
        Negotiate(peer);
    }

    /// <summary>Takes out the oldest of ours, if the peer has moved on to a newer one.</summary>
    public bool TryRetireOldest(out byte[] connectionId)
    {
        connectionId = _inUse > 0 ? _own[0] : [];
        if (_inUse == 0)
            return false;
        _own.RemoveAt(0);
        _inUse--;
        return true;
    }

    /// <summary>How many of ours may be issued now, when there may be so many in all.</summary>
    public int RoomFor(int limit) => limit - _own.Count + _inUse;

    /// <summary>Whether the peer's connection ID is in use or waits to be.</summary>
    public bool HasPeer(ReadOnlySpan<byte> connectionId)
    {
        if (connectionId.SequenceEqual(Peer))
            return true;
        foreach (byte[] spare in _spare)
        {
            if (connectionId.SequenceEqual(spare))
                return true;
        }

        return false;
    }

    /// <summary>A datagram begins.</summary>
    public void BeginDatagram(in DtlsPath path, bool isOtherPath)
    {
        _wasSeen = false;
        IsOtherPath = isOtherPath;
        if (isOtherPath)
            _arrivalPath = path;
    }

    /// <summary>Records follow that were checked when they came, over the connection's path.</summary>
    public void BeginKeptRecord()
    {
        _wasSeen = true;
        IsOtherPath = false;
    }

    /// <summary>
    /// Checks the connection ID at the start of a protected record, before anything else is done with it.
    /// </summary>
    /// <param name="record">The record and what follows it.</param>
    /// <param name="isEarlyData">Whether it may be a record of epoch 1, which began before the client had a connection ID.</param>
    /// <param name="reason">Why the rest of the datagram has to be discarded.</param>
    /// <returns>Bytes of the connection ID, 0 when it carries none, -1 when it is discarded.</returns>
    public int Check(ReadOnlySpan<byte> record, bool isEarlyData, out DiscardReason reason)
    {
        const int discarded = -1;
        bool carries = UnifiedHeader.HasConnectionId(record[0]);
        _ofRecord = 0;
        if (!ExpectsOwn)
        {
            reason = DiscardReason.UnexpectedConnectionId;
            return carries ? discarded : 0;
        }

        if (!carries)
        {
            // RFC 9147 §4: every datagram contains it; only the first record must. RFC 9146 §3: else the datagram is invalid.
            reason = DiscardReason.MissingConnectionId;
            return _wasSeen || isEarlyData ? 0 : discarded;
        }

        int length = _own[0].Length;
        reason = DiscardReason.Truncated;
        if (record.Length <= length)
            return discarded;
        reason = DiscardReason.UnknownConnectionId;
        int index = IndexOf(record.Slice(1, length));
        if (index < 0)
            return discarded; // RFC 9147 §4: the rest of the datagram goes with it
        _wasSeen = true;
        _ofRecord = index;
        return length;
    }

    /// <summary>The record that was checked last is authentic: what came before its connection ID may be retired.</summary>
    public void Accept() => _inUse = Math.Max(_inUse, _ofRecord);

    private int IndexOf(ReadOnlySpan<byte> connectionId)
    {
        if (connectionId.SequenceEqual(_own[_inUse]))
            return _inUse;
        for (int i = 0; i < _own.Count; i++)
        {
            if (connectionId.SequenceEqual(_own[i]))
                return i;
        }

        return -1;
    }
}
