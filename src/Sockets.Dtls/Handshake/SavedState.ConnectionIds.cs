using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>Connection IDs.</content>
internal sealed partial class SavedState
{
    /// <summary>Null: none were agreed on.</summary>
    public SavedConnectionIds? ConnectionIds { get; init; }

    private void WriteConnectionIds(WireWriter writer)
    {
        writer.UInt8(ConnectionIds is null ? (byte)0 : (byte)1);
        if (ConnectionIds is not { } ids)
            return;
        WriteList(writer, ids.Own);
        writer.UInt16((ushort)ids.InUse);
        writer.Vector8(ids.Peer);
        WriteList(writer, ids.Spare);
        writer.UInt8(ids.OwesAck ? (byte)1 : (byte)0);
        writer.UInt8(ids.IsRequestOpen ? (byte)1 : (byte)0);
        writer.UInt16((ushort)ids.QueuedRequest);
        writer.UInt16((ushort)((ids.QueuedAnswer ?? -1) + 1));
        writer.UInt16((ushort)ids.QueuedIssue);
        writer.UInt8((byte)ids.QueuedUsage);
        writer.UInt8(ids.ChecksPaths ? (byte)1 : (byte)0);
    }

    private static bool TryReadConnectionIds(ref WireReader reader, out SavedConnectionIds? ids)
    {
        ids = null;
        if (!reader.TryReadUInt8(out byte isAny) || isAny > 1)
            return false;
        if (isAny == 0)
            return true;
        if (!TryReadList(ref reader, out List<byte[]> own)
            || !reader.TryReadUInt16(out ushort inUse) || inUse >= Math.Max(own.Count, 1)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> peer)
            || !TryReadList(ref reader, out List<byte[]> spare)
            || !reader.TryReadUInt8(out byte owesAck)
            || !reader.TryReadUInt8(out byte isRequestOpen)
            || !reader.TryReadUInt16(out ushort request)
            || !reader.TryReadUInt16(out ushort answer)
            || !reader.TryReadUInt16(out ushort issue)
            || !reader.TryReadUInt8(out byte usage) || usage > (byte)DtlsConnectionIdUsage.Spare
            || !reader.TryReadUInt8(out byte checksPaths)
            || own.Exists(connectionId => connectionId.Length != own[0].Length || connectionId.Length == 0))
        {
            return false;
        }

        ids = new SavedConnectionIds(own, inUse, peer.ToArray(), spare)
        {
            OwesAck = owesAck != 0,
            IsRequestOpen = isRequestOpen != 0,
            QueuedRequest = request,
            QueuedAnswer = answer == 0 ? null : answer - 1,
            QueuedIssue = issue,
            QueuedUsage = (DtlsConnectionIdUsage)usage,
            ChecksPaths = checksPaths != 0,
        };
        return true;
    }

    private static void WriteList(WireWriter writer, IReadOnlyList<byte[]> list)
    {
        writer.UInt16((ushort)list.Count);
        foreach (byte[] item in list)
            writer.Vector8(item);
    }

    private static bool TryReadList(ref WireReader reader, out List<byte[]> list)
    {
        list = [];
        if (!reader.TryReadUInt16(out ushort count))
            return false;
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadVector8(out ReadOnlySpan<byte> item))
                return false;
            list.Add(item.ToArray());
        }

        return true;
    }
}
