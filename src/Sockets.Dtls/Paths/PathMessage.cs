using System;
using System.Buffers.Binary;

namespace Sockets.Dtls.Paths;

/// <summary>The content of a return_routability_check record (RFC 9853 §4): a type and a cookie of 64 bits.</summary>
internal readonly record struct PathMessage(PathMessageType Type, ulong Cookie)
{
    /// <summary>Bytes of each of the three messages.</summary>
    public const int Length = 1 + sizeof(ulong);

    /// <summary>Reads one message. False: malformed, or of a type that is not known, which is ignored all the same (RFC 9853 §4).</summary>
    public static bool TryParse(ReadOnlySpan<byte> content, out PathMessage message)
    {
        message = default;
        if (content.Length != Length || content[0] > (byte)PathMessageType.PathDrop)
            return false;
        message = new PathMessage((PathMessageType)content[0], BinaryPrimitives.ReadUInt64BigEndian(content[1..]));
        return true;
    }

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Type;
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], Cookie);
    }
}
