using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Sockets.Tests.Proxy;

/// <summary>
/// The specification once more, written without a look at the parser: slow, with strings, exceptions and copies. Answers
/// "more", "invalid", or the length and the header in words.
/// </summary>
internal static partial class ReferenceProxyParser
{
    private const string Magic = "\r\n\r\n\0\r\nQUIT\n";

    public static string Parse(byte[] data, int maxLength)
    {
        string text = Encoding.Latin1.GetString(data);
        try
        {
            if (Begins(text, "PROXY "))
                return ParseText(text);
            if (Begins(text, Magic))
                return ParseBinary(data, maxLength);
            return "invalid";
        }
        catch (FormatException)
        {
            return "invalid";
        }
    }

    private static bool Begins(string text, string beginning) =>
        text.StartsWith(beginning, StringComparison.Ordinal) || beginning.StartsWith(text, StringComparison.Ordinal);

    private static string ParseText(string text)
    {
        int end = text.IndexOf("\r\n", StringComparison.Ordinal);
        if (end < 0 || end + 2 > 107)
            return text.Length >= 107 ? "invalid" : "more";
        string line = text[..end];
        int length = end + 2;
        if (line == "PROXY UNKNOWN" || line.StartsWith("PROXY UNKNOWN ", StringComparison.Ordinal))
            return $"{length} Version1 False   ";
        string[] words = line.Split(' ');
        if (words.Length != 6 || words[0] != "PROXY" || words[1] is not ("TCP4" or "TCP6"))
            return "invalid";
        IPAddress source = Address(words[2], words[1] == "TCP6");
        IPAddress destination = Address(words[3], words[1] == "TCP6");
        return $"{length} Version1 False {new IPEndPoint(source, Port(words[4]))} {new IPEndPoint(destination, Port(words[5]))} ";
    }

    private static IPAddress Address(string text, bool isIPv6)
    {
        if (isIPv6 ? !SixCharacters().IsMatch(text) : !FourNumbers().IsMatch(text))
            throw new FormatException();
        if (isIPv6 && text.Contains('.', StringComparison.Ordinal) && !FourNumbers().IsMatch(text[(text.LastIndexOf(':') + 1)..]))
            throw new FormatException();
        var address = IPAddress.Parse(text);
        return address.AddressFamily == (isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork) ? address : throw new FormatException();
    }

    private static int Port(string text)
    {
        if (!DecimalNumber().IsMatch(text))
            throw new FormatException();
        int port = int.Parse(text, CultureInfo.InvariantCulture);
        return port <= 65535 ? port : throw new FormatException();
    }

    private static string ParseBinary(byte[] data, int maxLength)
    {
        if (data.Length >= 13 && data[12] != 0x20 && data[12] != 0x21)
            return "invalid";
        if (data.Length < 16)
            return "more";
        int length = 16 + (data[14] * 256) + data[15];
        if (length > maxLength)
            return "invalid";
        if (data.Length < length)
            return "more";
        data = data[..length];
        if (data[12] == 0x20)
            return $"{length} Version2 True   ";
        if (data[13] is not (0x00 or 0x01 or 0x10 or 0x11 or 0x20 or 0x21 or 0x30 or 0x31))
            return "invalid";
        using var reader = new BinaryReader(new MemoryStream(data[16..]));
        string addresses = Addresses(reader, data[13]);
        List<string> fields = Fields(data, reader, 0);
        return $"{length} Version2 False {addresses} {string.Join(',', fields)}";
    }

    private static string Addresses(BinaryReader reader, byte family)
    {
        int size = (family >> 4) switch { 1 => 4, 2 => 16, 3 => 108, _ => 0 };
        byte[] source = Exactly(reader, size);
        byte[] destination = Exactly(reader, size);
        if (size is 4 or 16)
        {
            byte[] ports = Exactly(reader, 4);
            if ((family & 1) != 0)
                return $"{new IPEndPoint(new IPAddress(source), (ports[0] << 8) + ports[1])} {new IPEndPoint(new IPAddress(destination), (ports[2] << 8) + ports[3])}";
        }

        return size == 108 && (family & 1) != 0 ? $"{Path(source)} {Path(destination)}" : " ";
    }

    private static string Path(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        text = text[0] == '\0' ? text.TrimEnd('\0') : text.Split('\0')[0];
        try
        {
            return new UnixDomainSocketEndPoint(text).ToString();
        }
        catch (ArgumentException)
        {
            return string.Empty;
        }
    }

    private static List<string> Fields(byte[] data, BinaryReader reader, int checksums)
    {
        List<string> fields = [];
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            byte type = Exactly(reader, 1)[0];
            byte[] size = Exactly(reader, 2);
            byte[] value = Exactly(reader, (size[0] << 8) + size[1]);
            fields.Add($"{type:X2}={Convert.ToHexString(value)}");
            if (type == 0x05 && value.Length > 128)
                throw new FormatException();
            if (type == 0x20)
                CheckInside(value);
            if (type != 0x03)
                continue;
            if (value.Length != 4 || ++checksums > 1)
                throw new FormatException();
            byte[] copy = [.. data];
            int place = 16 + (int)reader.BaseStream.Position - 4;
            copy.AsSpan(place, 4).Clear();
            if (Convert.ToHexString(value) != $"{BitwiseCrc32C(copy):X8}")
                throw new FormatException();
        }

        return fields;
    }

    private static void CheckInside(byte[] ssl)
    {
        using var reader = new BinaryReader(new MemoryStream(ssl));
        Exactly(reader, 5);
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            Exactly(reader, 1);
            byte[] size = Exactly(reader, 2);
            Exactly(reader, (size[0] << 8) + size[1]);
        }
    }

    private static byte[] Exactly(BinaryReader reader, int count)
    {
        byte[] bytes = reader.ReadBytes(count);
        return bytes.Length == count ? bytes : throw new FormatException();
    }

    private static uint BitwiseCrc32C(byte[] data)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in data)
        {
            sum ^= value;
            for (int i = 0; i < 8; i++)
                sum = (sum & 1) != 0 ? (sum >> 1) ^ 0x82F63B78 : sum >> 1;
        }

        return ~sum;
    }

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\z")]
    private static partial Regex FourNumbers();

    [GeneratedRegex(@"^[0-9A-Fa-f:.]+\z")]
    private static partial Regex SixCharacters();

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,4})\z")]
    private static partial Regex DecimalNumber();
}
