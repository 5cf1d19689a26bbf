using System;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>NewConnectionId (RFC 9147 §9): connection IDs that the sender wants to see in the records it receives.</summary>
internal readonly ref struct NewConnectionIdMessage
{
    /// <summary>
    /// Longest body that is put together from fragments, a hundred of the longest that we issue: a longer one has to come whole,
    /// so that a few bytes of it do not cost us a buffer.
    /// </summary>
    public const int MaxFragmentedLength = 2048;

    private NewConnectionIdMessage(ReadOnlySpan<byte> list, DtlsConnectionIdUsage usage)
    {
        List = list;
        Usage = usage;
    }

    /// <summary>The connection IDs, each with its length before it; for <see cref="TryReadNext"/>.</summary>
    public ReadOnlySpan<byte> List { get; }

    /// <summary>What is to be done with them.</summary>
    public DtlsConnectionIdUsage Usage { get; }

    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out NewConnectionIdMessage message)
    {
        message = default;
        var reader = new WireReader(body);
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> list) || !reader.TryReadUInt8(out byte usage) || !reader.IsEmpty)
            return ProtocolError.Malformed;
        var entries = new WireReader(list);
        bool hasEmpty = false;
        while (!entries.IsEmpty)
        {
            if (!entries.TryReadVector8(out ReadOnlySpan<byte> connectionId))
                return ProtocolError.Malformed;
            hasEmpty |= connectionId.IsEmpty;
        }

        // An empty one would end the use of connection IDs, which only the handshake decides.
        if (usage > (byte)DtlsConnectionIdUsage.Spare || hasEmpty)
            return ProtocolError.Illegal;
        message = new NewConnectionIdMessage(list, (DtlsConnectionIdUsage)usage);
        return ProtocolError.None;
    }

    /// <summary>Takes the next one from <paramref name="list"/>, a checked <see cref="List"/>.</summary>
    public static bool TryReadNext(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> connectionId)
    {
        var reader = new WireReader(list);
        if (!reader.TryReadVector8(out connectionId))
            return false;
        list = reader.Rest;
        return true;
    }

    public static void Write(WireWriter writer, ReadOnlySpan<byte[]> connectionIds, DtlsConnectionIdUsage usage)
    {
        int mark = writer.Begin(2);
        foreach (byte[] connectionId in connectionIds)
            writer.Vector8(connectionId);
        writer.End(mark, 2);
        writer.UInt8((byte)usage);
    }
}
