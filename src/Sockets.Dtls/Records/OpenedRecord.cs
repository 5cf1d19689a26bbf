using System;

namespace Sockets.Dtls.Records;

/// <summary>A record as it came out of <see cref="ReadEpoch.TryOpen"/>: a view of the receive buffer.</summary>
internal readonly ref struct OpenedRecord
{
    public OpenedRecord(DiscardReason discard) => Discard = discard;

    public OpenedRecord(RecordNumber number, ContentType type, Span<byte> content)
    {
        Number = number;
        Type = type;
        Content = content;
    }

    /// <summary>Why the record was not accepted; meaningless when it was.</summary>
    public DiscardReason Discard { get; }

    /// <summary>The full record number.</summary>
    public RecordNumber Number { get; }

    /// <summary>The inner content type; Invalid when the record held nothing but padding.</summary>
    public ContentType Type { get; }

    /// <summary>The content without type and padding.</summary>
    public Span<byte> Content { get; }
}
