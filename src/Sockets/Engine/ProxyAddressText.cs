using System;

namespace Sockets.Engine;

/// <summary>
/// Addresses and ports of PROXY version 1 in the one form the specification allows: no leading zeros in decimal numbers, no
/// scope, no brackets, nothing around them. Nothing is allocated.
/// </summary>
internal static class ProxyAddressText
{
    private const int IPv6Length = 16;
    private const int MaxGroupDigits = 4;

    public static bool TryParsePort(ReadOnlySpan<byte> text, out int port) => TryParseDecimal(text, ushort.MaxValue, out port);

    /// <summary>Writes 4 bytes.</summary>
    public static bool TryParseIPv4(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        for (int i = 0; i < 4; i++)
        {
            int end = i < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (end < 0 || !TryParseDecimal(text[..end], byte.MaxValue, out int number))
                return false;
            destination[i] = (byte)number;
            text = text[Math.Min(end + 1, text.Length)..];
        }

        return true;
    }

    /// <summary>Writes 16 bytes. RFC 4291 §2.2, all three forms.</summary>
    public static bool TryParseIPv6(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        destination = destination[..IPv6Length];
        destination.Clear();
        int written = 0;
        int gap = -1; // where the "::" stands, in bytes of the address
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            text = text[2..];
        }

        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)':');
            ReadOnlySpan<byte> group = end < 0 ? text : text[..end];
            if (end < 0 && group.Contains((byte)'.'))
            {
                if (written + 4 > IPv6Length || !TryParseIPv4(group, destination[written..]))
                    return false;
                written += 4;
                break;
            }

            if (written + 2 > IPv6Length || !TryParseGroup(group, out int number))
                return false;
            destination[written++] = (byte)(number >> 8);
            destination[written++] = (byte)number;
            if (end < 0)
                break;
            text = text[(end + 1)..];
            if (text.IsEmpty)
                return false; // a single colon at the end
            if (text[0] != (byte)':')
                continue;
            if (gap >= 0)
                return false;
            gap = written;
            text = text[1..];
        }

        if (gap < 0)
            return written == IPv6Length;
        if (written == IPv6Length)
            return false; // "::" stands for one group at least
        int tail = written - gap;
        destination.Slice(gap, tail).CopyTo(destination[(IPv6Length - tail)..]);
        destination[gap..(IPv6Length - tail)].Clear();
        return true;
    }

    private static bool TryParseGroup(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        if (text.Length is 0 or > MaxGroupDigits)
            return false;
        foreach (byte character in text)
        {
            if (!char.IsAsciiHexDigit((char)character))
                return false;
            number = (number << 4) | (char.IsAsciiDigit((char)character) ? character - '0' : (character | 0x20) - 'a' + 10);
        }

        return true;
    }

    private static bool TryParseDecimal(ReadOnlySpan<byte> text, int max, out int number)
    {
        number = 0;
        if (text.IsEmpty || (text[0] == (byte)'0' && text.Length > 1))
            return false;
        foreach (byte character in text)
        {
            if (!char.IsAsciiDigit((char)character))
                return false;
            number = (number * 10) + character - '0';
            if (number > max)
                return false;
        }

        return true;
    }
}
