using System;
using System.Buffers.Binary;

namespace Sockets.Dtls.Tests.Handshake;

/// <summary>Changes the body of a ClientHello and keeps its lengths right.</summary>
internal static class ChangedHello
{
    private const int SessionId = 2 + 32;

    /// <summary>Adds whole extensions in front of the others, where nothing depends on their place.</summary>
    public static byte[] WithExtensions(byte[] body, params byte[] extensions) => Insert(body, ExtensionsOffset(body), extensions);

    /// <summary>Adds code points in front of the cipher suites.</summary>
    public static byte[] WithSuites(byte[] body, params byte[] suites) => Insert(body, SuitesOffset(body), suites);

    /// <summary>Replaces the content of an extension that is there.</summary>
    public static byte[] WithContent(byte[] body, ushort type, Func<byte[], byte[]> change)
    {
        int list = ExtensionsOffset(body);
        for (int at = list + 2; at < body.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at + 2));
            if (BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at)) == type)
            {
                byte[] content = change(body[(at + 4)..(at + 4 + length)]);
                byte[] changed = [.. body[..(at + 2)], (byte)(content.Length >> 8), (byte)content.Length, .. content, .. body[(at + 4 + length)..]];
                BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(list), (ushort)(changed.Length - list - 2));
                return changed;
            }

            at += 4 + length;
        }

        throw new ArgumentException($"The ClientHello has no extension {type}.");
    }

    /// <summary>A list with a length prefix of so many bytes, and something added in front of it.</summary>
    public static byte[] Prepend(byte[] list, int prefix, params byte[] elements)
    {
        byte[] changed = [.. list[..prefix], .. elements, .. list[prefix..]];
        int length = changed.Length - prefix;
        changed[prefix - 1] = (byte)length;
        if (prefix == 2)
            changed[0] = (byte)(length >> 8);
        return changed;
    }

    private static byte[] Insert(byte[] body, int lengthOffset, byte[] bytes)
    {
        byte[] changed = [.. body[..(lengthOffset + 2)], .. bytes, .. body[(lengthOffset + 2)..]];
        Span<byte> length = changed.AsSpan(lengthOffset);
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(length) + bytes.Length));
        return changed;
    }

    private static int SuitesOffset(byte[] body)
    {
        int cookie = SessionId + 1 + body[SessionId];
        return cookie + 1 + body[cookie];
    }

    private static int ExtensionsOffset(byte[] body)
    {
        int suites = SuitesOffset(body);
        int compression = suites + 2 + BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(suites));
        return compression + 1 + body[compression];
    }
}
