using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Messages;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>Connection IDs (RFC 9146, RFC 9147 §9): agreed on in the handshake, replaced by messages after it.</content>
public sealed partial class DtlsConnection
{
    /// <summary>The longest connection ID of a peer that fits even into the smallest datagrams.</summary>
    internal const int MaxPeerConnectionIdLength = 64;

    // A short connection ID may come out twice.
    private const int DrawAttempts = 32;

    private ConnectionIdSet? _ids; // null while there are none, so that a record costs no more than that question

    /// <summary>Whether connection IDs were agreed on, in one direction at least or with empty ones.</summary>
    public bool UsesConnectionIds => _ids is { IsNegotiated: true };

    /// <summary>
    /// What the peer puts into its records, the newest that it has used; empty when there is none. Older ones are accepted
    /// until new ones need their place.
    /// </summary>
    public ReadOnlyMemory<byte> ConnectionId => _ids is { IsNegotiated: true } ids ? ids.OwnInUse : default(ReadOnlyMemory<byte>);

    /// <summary>What our records carry; empty when there is none.</summary>
    public ReadOnlyMemory<byte> PeerConnectionId => _ids?.Peer ?? default(ReadOnlyMemory<byte>);

    /// <summary>Connection IDs of the peer that our records may carry instead: a new path takes a new one.</summary>
    public int SpareConnectionIds => _ids?.Spare.Count ?? 0;

    /// <summary>Connection IDs under which an endpoint finds this connection.</summary>
    internal IReadOnlyList<byte[]> OwnConnectionIds => _ids?.Own ?? [];

    /// <summary>
    /// Asks the peer for spare connection IDs (RFC 9147 §9); <see cref="DtlsEventKind.ConnectionIdsReceived"/> tells of them. Do
    /// so well before they are needed.
    /// </summary>
    /// <param name="count">How many, 1 to 255; lowered to what <see cref="DtlsConfig.MaxSpareConnectionIds"/> leaves room for.</param>
    /// <param name="now">The time.</param>
    /// <returns>
    /// False when nothing is asked: the connection is not connected, its records carry no connection ID, there is no room, or the
    /// last request was not answered yet.
    /// </returns>
    public bool RequestConnectionIds(int count, MonotonicTime now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, byte.MaxValue);

        // RFC 9147 §9: not while a request is open, and not with an empty connection ID.
        if (!IsConnected || _ids is not { Peer.Length: > 0, IsRequestOpen: false } ids)
            return false;
        count = Math.Min(count, _config.MaxSpareConnectionIds - ids.Spare.Count);
        if (count <= 0)
            return false;
        _now = now;
        ids.IsRequestOpen = true;
        ids.QueuedRequest = count;
        SendQueuedMessages();
        Touch();
        return true;
    }

    /// <summary>Gives the peer more connection IDs (RFC 9147 §9).</summary>
    /// <param name="count">How many, 1 to 255; lowered to what <see cref="DtlsConfig.MaxConnectionIds"/> leaves room for.</param>
    /// <param name="usage">What the peer shall do with them.</param>
    /// <param name="now">The time.</param>
    /// <returns>
    /// False when nothing is sent: the connection is not connected, the records it receives carry no connection ID, there is no
    /// room, or the peer has not acknowledged the last ones.
    /// </returns>
    public bool IssueConnectionIds(int count, DtlsConnectionIdUsage usage, MonotonicTime now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, byte.MaxValue);
        if (usage > DtlsConnectionIdUsage.Spare)
            throw new ArgumentOutOfRangeException(nameof(usage));
        if (!IsConnected || _ids is not { ExpectsOwn: true, QueuedIssue: 0 } ids || IsIssueOutstanding)
            return false;
        count = Math.Min(count, ids.RoomFor(_config.MaxConnectionIds));
        if (count <= 0)
            return false;
        _now = now;
        ids.QueuedIssue = count;
        ids.QueuedUsage = usage;
        SendQueuedMessages();
        Touch();
        return true;
    }

    /// <summary>From the next record on a spare connection ID, never used before, takes the place of the present one.</summary>
    /// <returns>False when there is none.</returns>
    internal bool TryUseSpareConnectionId()
    {
        if (_ids is not { } ids || !ids.Spare.TryDequeue(out byte[]? spare))
            return false;
        UsePeerConnectionId(ids, spare);
        return true;
    }

    byte[]? IHandshakeHost.CreateConnectionId()
    {
        int length = _config.ConnectionIdLength!.Value;
        ConnectionIdSet ids = _ids ?? new ConnectionIdSet();
        byte[]? connectionId = length == 0 ? [] : DrawConnectionId(ids, length);
        if (connectionId is { Length: > 0 })
            ids.AddOwn(connectionId);
        if (connectionId is not null)
            _ids = ids;
        return connectionId;
    }

    void IHandshakeHost.UseConnectionIds(ReadOnlySpan<byte> peer)
    {
        _ids!.Negotiate(peer.ToArray());
        _earlyWrite?.UseConnectionId(_ids.Peer);
    }

    void IHandshakeHost.DropConnectionIds()
    {
        if (_ids is not { } ids)
            return;
        foreach (byte[] connectionId in ids.Own)
            Owner?.OnConnectionIdRetired(connectionId);
        _ids = null;
    }

    private bool IsIssueOutstanding => _flight is { } flight && flight.Contains(HandshakeType.NewConnectionId);

    private byte[]? DrawConnectionId(ConnectionIdSet ids, int length)
    {
        byte[] connectionId = new byte[length];
        if (Owner is { } owner)
            return owner.TryIssueConnectionId(this, _config.Crypto, connectionId) ? connectionId : null;
        for (int i = 0; i < DrawAttempts; i++)
        {
            _config.Crypto.FillRandom(connectionId);
            bool isNew = true;
            foreach (byte[] own in ids.Own)
                isNew &= !own.AsSpan().SequenceEqual(connectionId);
            if (isNew)
                return connectionId;
        }

        return null;
    }

    private void UsePeerConnectionId(ConnectionIdSet ids, byte[] connectionId)
    {
        ids.Peer = connectionId;
        _epochs.UseConnectionId(connectionId);
    }

    /// <summary>
    /// What is to be said of a protected record's connection ID before it is opened. Apart, since most connections have none.
    /// </summary>
    /// <returns>Its length; -1 when the rest of the datagram has to be discarded.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int CheckConnectionId(ReadOnlySpan<byte> record, out DiscardReason reason)
    {
        reason = DiscardReason.UnexpectedConnectionId;
        if (_ids is not { } ids)
            return UnifiedHeader.HasConnectionId(record[0]) ? -1 : 0;
        bool isEarlyData = _epochs.FindRead(UnifiedHeader.GetEpochBits(record[0])) is { Epoch: EarlyEpoch };
        return ids.Check(record, isEarlyData, out reason);
    }

    /// <summary>An authentic record of a connection with connection IDs.</summary>
    private void AcceptIdentified(ConnectionIdSet ids, ReadEpoch epoch, in OpenedRecord record, int bytes)
    {
        RecordNumber number = record.Number;

        // What a new path is tried with may be given up with it: the peer then goes on with the connection ID that it had.
        if (record.Type != ContentType.ReturnRoutabilityCheck)
            ids.Accept();
        bool isNewest = _epochs.IsNewestUsed(epoch) && epoch.IsNewest(number.Sequence);
        if (!ids.IsOtherPath)
        {
            IsHeardElsewhere &= !isNewest;
            return;
        }

        _statistics.RecordsFromOtherPaths++;
        OnRecordFromOtherPath(ids.ArrivalPath, number, isNewest, bytes);
    }

    /// <summary>RFC 9147 §9: new connection IDs of the peer; what is more than we keep is dropped.</summary>
    private ProtocolError HandleNewConnectionId(ReadOnlySpan<byte> body)
    {
        ConnectionIdSet ids = _ids!;
        ProtocolError error = NewConnectionIdMessage.TryParse(body, out NewConnectionIdMessage message);
        if (error.IsError)
            return error;
        if (ids.OwesAck)
            return ProtocolError.Unexpected; // RFC 9147 §9: one at a time
        ids.OwesAck = true;
        bool isImmediate = message.Usage == DtlsConnectionIdUsage.Immediate;
        if (isImmediate)
        {
            ids.Spare.Clear(); // one of the new ones, from here on
            _paths?.ForgetConnectionIds();
        }
        else
            ids.IsRequestOpen = false;
        ReadOnlySpan<byte> list = message.List;
        while (NewConnectionIdMessage.TryReadNext(ref list, out ReadOnlySpan<byte> connectionId))
        {
            if (connectionId.Length > MaxPeerConnectionIdLength)
                continue;
            if (isImmediate)
            {
                UsePeerConnectionId(ids, connectionId.ToArray());
                isImmediate = false;
            }
            else if (ids.Spare.Count < _config.MaxSpareConnectionIds && !ids.HasPeer(connectionId))
            {
                ids.Spare.Enqueue(connectionId.ToArray());
            }
        }

        // RFC 9147 §9: one MUST be used, and there is none, or none that fits.
        if (isImmediate)
            return new ProtocolError(DtlsFailureReason.UnsupportedConnectionId, AlertDescription.IllegalParameter);
        Raise(DtlsEventKind.ConnectionIdsReceived);
        return ProtocolError.None;
    }

    /// <summary>RFC 9147 §9: the peer wants spare connection IDs and gets as many of them as there is room for, or an empty answer.</summary>
    private ProtocolError HandleRequestConnectionId(ReadOnlySpan<byte> body)
    {
        ConnectionIdSet ids = _ids!;
        ProtocolError error = RequestConnectionIdMessage.TryParse(body, out int count);
        if (error.IsError)
            return error;
        if (++_keyUpdatesSinceData > _config.MaxKeyUpdates)
            return new ProtocolError(DtlsFailureReason.TooManyConnectionIdRequests, AlertDescription.TooManyCidsRequested);

        // The peer may have taken what we issued unasked for the answer to the request before, so this one may come early.
        ids.QueuedAnswer = Math.Max(ids.QueuedAnswer ?? 0, count);
        SendQueuedMessages();
        return ProtocolError.None;
    }

    /// <summary>Sends what waits until a flight may go out. A KeyUpdate goes alone: nothing may follow it in its epoch.</summary>
    private void SendQueuedMessages()
    {
        SendQueuedKeyUpdate();
        SendQueuedAuthentication();
        if (_ids is not { } ids || _flight is { IsEmpty: false } || !IsConnected)
            return;
        if (ids.QueuedIssue > 0)
        {
            EnqueueNewConnectionId(ids, ids.QueuedIssue, ids.QueuedUsage);
            ids.QueuedIssue = 0;
        }
        else if (ids.QueuedAnswer is { } count)
        {
            EnqueueNewConnectionId(ids, count, DtlsConnectionIdUsage.Spare);
            ids.QueuedAnswer = null;
        }

        if (ids.QueuedRequest > 0)
        {
            Enqueue(HandshakeType.RequestConnectionId, [(byte)ids.QueuedRequest]);
            ids.QueuedRequest = 0;
        }

        if (_flight is { IsEmpty: false } && !IsOver)
            StartFlight();
    }

    private void EnqueueNewConnectionId(ConnectionIdSet ids, int count, DtlsConnectionIdUsage usage)
    {
        count = Math.Min(count, ids.RoomFor(_config.MaxConnectionIds));
        while (ids.Own.Count + count > _config.MaxConnectionIds && ids.TryRetireOldest(out byte[] retired))
            Owner?.OnConnectionIdRetired(retired);
        var issued = new List<byte[]>();
        for (int i = 0; i < count && DrawConnectionId(ids, _config.ConnectionIdLength!.Value) is { } connectionId; i++)
        {
            ids.AddOwn(connectionId);
            issued.Add(connectionId);
        }

        if (usage == DtlsConnectionIdUsage.Immediate && issued.Count == 0)
            return;
        var writer = new WireWriter();
        NewConnectionIdMessage.Write(writer, issued.ToArray(), usage);
        Enqueue(HandshakeType.NewConnectionId, writer.Written);
    }
}
