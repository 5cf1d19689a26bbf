using System;
using System.Collections.Generic;
using System.Numerics;
using Sockets.Dtls.Handshake.Messages;
using Sockets.Dtls.Records;

namespace Sockets.Dtls.Handshake;

/// <content>Its parts as bytes.</content>
internal sealed partial class SavedState
{
    [Flags]
    private enum Flags : ushort
    {
        IsAddressValidated = 1,
        UsedHelloRetryRequest = 2,
        IsResumed = 4,
        HasPeerApplicationRecords = 8,
        IsPeerClosed = 16,
        HasServerName = 32,
        IsKeyUpdateQueued = 64,
        QueuedUpdateRequestsPeer = 128,
        IsAckDue = 256,
        HasResumptionSecret = 512,
        ChecksPaths = 1024,
        IsConfigurationChosen = 2048,
        All = 4095,
    }

    private void WriteFlags(WireWriter writer)
    {
        Flags flags = 0;
        Set(IsAddressValidated, Flags.IsAddressValidated);
        Set(UsedHelloRetryRequest, Flags.UsedHelloRetryRequest);
        Set(IsResumed, Flags.IsResumed);
        Set(HasPeerApplicationRecords, Flags.HasPeerApplicationRecords);
        Set(CloseNotify is not null, Flags.IsPeerClosed);
        Set(ServerName is not null, Flags.HasServerName);
        Set(IsKeyUpdateQueued, Flags.IsKeyUpdateQueued);
        Set(QueuedUpdateRequestsPeer, Flags.QueuedUpdateRequestsPeer);
        Set(IsAckDue, Flags.IsAckDue);
        Set(HasResumptionSecret, Flags.HasResumptionSecret);
        Set(ChecksPaths, Flags.ChecksPaths);
        Set(IsConfigurationChosen, Flags.IsConfigurationChosen);
        writer.UInt16((ushort)flags);

        void Set(bool isSet, Flags flag) => flags |= isSet ? flag : 0;
    }

    private static bool TryReadFlags(ref WireReader reader, out Flags flags)
    {
        bool isRead = reader.TryReadUInt16(out ushort value);
        flags = (Flags)value;
        return isRead && (flags & ~Flags.All) == 0;
    }

    private static void WriteAddress(WireWriter writer, in DtlsAddress address)
    {
        Span<byte> encoded = stackalloc byte[DtlsAddress.EncodedLength];
        address.CopyTo(encoded);
        writer.Bytes(encoded);
    }

    private static bool TryReadAddress(ref WireReader reader, out DtlsAddress address)
    {
        address = default;
        return reader.TryReadBytes(DtlsAddress.EncodedLength, out ReadOnlySpan<byte> encoded) && DtlsAddress.TryRead(encoded, out address);
    }

    private static void WriteNumber(WireWriter writer, RecordNumber number)
    {
        writer.UInt64(number.Epoch);
        writer.UInt64(number.Sequence);
    }

    private static bool TryReadNumber(ref WireReader reader, out RecordNumber number)
    {
        number = default;
        if (!reader.TryReadUInt64(out ulong epoch) || epoch > RecordNumber.MaxSequence
            || !reader.TryReadUInt64(out ulong sequence) || sequence > RecordNumber.MaxSequence)
        {
            return false;
        }

        number = new RecordNumber(epoch, sequence);
        return true;
    }

    private void WriteAcks(WireWriter writer)
    {
        writer.UInt16((ushort)Acks.Length);
        foreach (RecordNumber number in Acks)
            WriteNumber(writer, number);
    }

    private static bool TryReadAcks(ref WireReader reader, out RecordNumber[] acks)
    {
        acks = [];
        if (!reader.TryReadUInt16(out ushort count) || count > DtlsConfig.MaxAckHistory)
            return false;
        acks = new RecordNumber[count];
        foreach (ref RecordNumber number in acks.AsSpan())
        {
            if (!TryReadNumber(ref reader, out number))
                return false;
        }

        return true;
    }

    private void WriteFlight(WireWriter writer)
    {
        writer.UInt8((byte)Flight.Count);
        foreach (OutgoingMessage message in Flight)
        {
            writer.UInt8((byte)message.Type);
            writer.UInt16(message.Sequence);
            writer.UInt16((ushort)message.Epoch);
            writer.Vector24(message.Body);
        }
    }

    private static bool TryReadFlight(ref WireReader reader, out List<OutgoingMessage> flight)
    {
        flight = [];
        if (!reader.TryReadUInt8(out byte count))
            return false;
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt8(out byte type) || !reader.TryReadUInt16(out ushort sequence)
                || !reader.TryReadUInt16(out ushort epoch) || !reader.TryReadVector24(out ReadOnlySpan<byte> body))
            {
                return false;
            }

            flight.Add(new OutgoingMessage((HandshakeType)type, sequence, epoch, body.ToArray()));
        }

        return true;
    }

    private void WriteEpochNumbers(WireWriter writer)
    {
        writer.UInt8((byte)ReadEpochs.Count);
        foreach (SavedReadEpoch epoch in ReadEpochs)
        {
            writer.UInt64(epoch.Epoch);
            writer.UInt64(epoch.Failures);
            writer.UInt64(epoch.Left is { } left ? (ulong)Math.Max(0, left.Ticks) : ulong.MaxValue);
            writer.UInt32((uint)epoch.WindowSize);
            writer.UInt64(epoch.Next);
            writer.UInt32((uint)epoch.Words.Length);
            foreach (ulong word in epoch.Words)
                writer.UInt64(word);
        }

        writer.UInt8((byte)WriteEpochs.Count);
        foreach (SavedWriteEpoch epoch in WriteEpochs)
        {
            writer.UInt64(epoch.Epoch);
            writer.UInt64(epoch.Count);
        }
    }

    private static bool TryReadEpochNumbers(ref WireReader reader, out List<SavedReadEpoch> readEpochs, out List<SavedWriteEpoch> writeEpochs)
    {
        readEpochs = [];
        writeEpochs = [];
        if (!reader.TryReadUInt8(out byte reads) || reads is 0 or > MaxReadEpochs)
            return false;
        for (int i = 0; i < reads; i++)
        {
            if (!reader.TryReadUInt64(out ulong epoch) || epoch > RecordNumber.MaxSequence
                || !reader.TryReadUInt64(out ulong failures)
                || !reader.TryReadUInt64(out ulong left) || left is > long.MaxValue and not ulong.MaxValue
                || !reader.TryReadUInt32(out uint size) || size is < 256 or > DtlsConfig.MaxReplayWindowSize || size % 64 != 0
                || !reader.TryReadUInt64(out ulong next) || next > RecordNumber.MaxSequence + 1
                || !reader.TryReadUInt32(out uint words) || words != BitOperations.RoundUpToPowerOf2((size / 64) + 1))
            {
                return false;
            }

            ulong[] accepted = new ulong[words];
            foreach (ref ulong word in accepted.AsSpan())
            {
                if (!reader.TryReadUInt64(out word))
                    return false;
            }

            readEpochs.Add(new SavedReadEpoch(epoch, failures, left == ulong.MaxValue ? null : TimeSpan.FromTicks((long)left), (int)size, next, accepted));
        }

        if (!reader.TryReadUInt8(out byte writes) || writes is 0 or > MaxWriteEpochs)
            return false;
        for (int i = 0; i < writes; i++)
        {
            if (!reader.TryReadUInt64(out ulong epoch) || epoch > RecordNumber.MaxSequence || !reader.TryReadUInt64(out ulong count))
                return false;
            writeEpochs.Add(new SavedWriteEpoch(epoch, count));
        }

        return true;
    }
}
