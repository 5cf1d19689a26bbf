using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// The extension list of a received message. <see cref="TryParse"/> has checked the framing and that no type comes
/// twice (RFC 8446 §4.2), so enumeration and look-up cannot fail.
/// </summary>
internal readonly ref struct ExtensionBlock
{
    /// <summary>More extensions than any peer sends: bounds the search for duplicates.</summary>
    private const int MaxCount = 64;

    private readonly ReadOnlySpan<byte> _bytes;

    private ExtensionBlock(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the content of an extensions vector (its length prefix removed).</summary>
    public static ProtocolError TryParse(ReadOnlySpan<byte> bytes, out ExtensionBlock block)
    {
        block = default;
        Span<ushort> seen = stackalloc ushort[MaxCount];
        int count = 0;
        var reader = new WireReader(bytes);
        while (!reader.IsEmpty)
        {
            if (!reader.TryReadUInt16(out ushort type) || !reader.TryReadVector16(out _))
                return ProtocolError.Malformed;
            if (seen[..count].Contains(type))
                return new ProtocolError(DtlsFailureReason.DuplicateExtension, AlertDescription.DecodeError);
            if (count == MaxCount)
                return ProtocolError.Malformed;
            seen[count++] = type;
        }

        block = new ExtensionBlock(bytes);
        return ProtocolError.None;
    }

    /// <summary>The content of one extension.</summary>
    public bool TryGet(ExtensionType type, out ReadOnlySpan<byte> content)
    {
        foreach (Entry entry in this)
        {
            if (entry.Type == type)
            {
                content = entry.Content;
                return true;
            }
        }

        content = default;
        return false;
    }

    /// <summary>Whether the extension is there.</summary>
    public bool Contains(ExtensionType type) => TryGet(type, out _);

    /// <summary>Whether the extension is there and none comes after it.</summary>
    public bool EndsWith(ExtensionType type)
    {
        bool isLast = false;
        foreach (Entry entry in this)
            isLast = entry.Type == type;
        return isLast;
    }

    /// <summary>In the order of the wire.</summary>
    public Enumerator GetEnumerator() => new(_bytes);

    /// <summary>One extension.</summary>
    public readonly ref struct Entry(ExtensionType type, ReadOnlySpan<byte> content)
    {
        public ExtensionType Type { get; } = type;

        public ReadOnlySpan<byte> Content { get; } = content;
    }

    /// <summary>Walks a checked list.</summary>
    public ref struct Enumerator(ReadOnlySpan<byte> bytes)
    {
        private WireReader _reader = new(bytes);

        public Entry Current { get; private set; } = default;

        public bool MoveNext()
        {
            if (!_reader.TryReadUInt16(out ushort type) || !_reader.TryReadVector16(out ReadOnlySpan<byte> content))
                return false;
            Current = new Entry((ExtensionType)type, content);
            return true;
        }
    }
}
