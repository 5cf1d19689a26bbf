using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>A record that was sent, opened.</summary>
internal sealed record SentRecordView(ulong Epoch, ulong Number, byte Type, byte[] Content, byte[] ConnectionId)
{
    /// <summary>The record numbers that an ACK names.</summary>
    public List<(ulong Epoch, ulong Number)> Acknowledged()
    {
        List<(ulong, ulong)> numbers = [];
        for (int at = 2; at < Content.Length; at += 16)
            numbers.Add((BinaryPrimitives.ReadUInt64BigEndian(Content.AsSpan(at)), BinaryPrimitives.ReadUInt64BigEndian(Content.AsSpan(at + 8))));
        return numbers;
    }

    /// <summary>The fragments of a handshake record (RFC 9147 §5.2).</summary>
    public List<(byte Type, int Length, int Sequence, int Offset, byte[] Body)> Fragments()
    {
        List<(byte, int, int, int, byte[])> fragments = [];
        for (ReadOnlySpan<byte> rest = Content; !rest.IsEmpty;)
        {
            int length = UInt24(rest[9..]);
            fragments.Add((rest[0], UInt24(rest[1..]), BinaryPrimitives.ReadUInt16BigEndian(rest[4..]), UInt24(rest[6..]), rest.Slice(12, length).ToArray()));
            rest = rest[(12 + length)..];
        }

        return fragments;
    }

    private static int UInt24(ReadOnlySpan<byte> source) => (source[0] << 16) | (source[1] << 8) | source[2];
}
