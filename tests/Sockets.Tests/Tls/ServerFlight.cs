using System.Buffers.Binary;

namespace Sockets.Tests.Tls;

/// <summary>Reads a server's first flight as it went over the wire: records (RFC 8446 §5.1) with handshake messages (§4) in clear.</summary>
internal static class ServerFlight
{
    private const byte HandshakeRecord = 22;
    private const byte ServerHello = 2;
    private const byte Certificate = 11;
    private const ushort PreSharedKey = 41;

    // RFC 8446 §4.1.3: the random by which a ServerHello is told to be a HelloRetryRequest.
    private static ReadOnlySpan<byte> RetryRandom =>
    [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ];

    public static bool TakesUpPreSharedKey(ReadOnlySpan<byte> sent)
    {
        foreach (byte[] message in Messages(sent))
        {
            if (message[0] == ServerHello && !message.AsSpan(6, 32).SequenceEqual(RetryRandom))
                return HasExtension(message.AsSpan(4), PreSharedKey);
        }

        throw new InvalidDataException("There is no ServerHello.");
    }

    public static bool HasCertificate(ReadOnlySpan<byte> sent)
    {
        List<byte[]> messages = Messages(sent);
        Assert.Contains(messages, static message => message[0] == ServerHello);
        return messages.Exists(static message => message[0] == Certificate);
    }

    /// <param name="hello">legacy_version, random, session ID, suite, compression, extensions.</param>
    /// <param name="type">The extension looked for.</param>
    private static bool HasExtension(ReadOnlySpan<byte> hello, ushort type)
    {
        int at = 2 + 32;
        at += 1 + hello[at] + 2 + 1;
        int end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(hello[at..]);
        at += 2;
        while (at < end)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(hello[at..]) == type)
                return true;
            at += 4 + BinaryPrimitives.ReadUInt16BigEndian(hello[(at + 2)..]);
        }

        return false;
    }

    /// <summary>Those in the handshake records before the first record of another type.</summary>
    private static List<byte[]> Messages(ReadOnlySpan<byte> sent)
    {
        var content = new List<byte>();
        while (sent.Length >= 5 && sent[0] == HandshakeRecord)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(sent[3..]);
            content.AddRange(sent.Slice(5, length));
            sent = sent[(5 + length)..];
        }

        var messages = new List<byte[]>();
        ReadOnlySpan<byte> rest = content.ToArray();
        while (rest.Length >= 4)
        {
            int length = 4 + (rest[1] << 16 | rest[2] << 8 | rest[3]);
            if (length > rest.Length)
                break; // encrypted, or not whole
            messages.Add(rest[..length].ToArray());
            rest = rest[length..];
        }

        return messages;
    }
}
