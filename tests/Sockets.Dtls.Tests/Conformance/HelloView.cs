using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>A ClientHello taken apart (RFC 9147 §5.3), and put together again with something changed.</summary>
internal sealed record HelloView(
    ushort Version, byte[] Random, byte[] SessionId, byte[] Cookie, byte[] Suites, byte[] Compression, IReadOnlyList<(ushort Type, byte[] Content)> Extensions)
{
    private const byte ClientHello = 1;

    /// <summary>Reads the body of the message.</summary>
    public static HelloView Parse(ReadOnlySpan<byte> body)
    {
        int at = 34;
        byte[] sessionId = Vector(body, ref at, 1);
        byte[] cookie = Vector(body, ref at, 1);
        byte[] suites = Vector(body, ref at, 2);
        byte[] compression = Vector(body, ref at, 1);
        byte[] block = Vector(body, ref at, 2);
        Assert.Equal(body.Length, at);
        List<(ushort, byte[])> extensions = [];
        for (int i = 0; i < block.Length;)
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(block.AsSpan(i));
            i += 2;
            extensions.Add((type, Vector(block, ref i, 2)));
        }

        return new HelloView(BinaryPrimitives.ReadUInt16BigEndian(body), body.Slice(2, 32).ToArray(), sessionId, cookie, suites, compression, extensions);
    }

    /// <summary>The first ClientHello of a client, as it would send it.</summary>
    public static HelloView First(DtlsConfig config) =>
        Parse(Assert.Single(ClientHellos.Make(config)).AsSpan(PlaintextRecords.HeaderLength + PlaintextRecords.FragmentHeaderLength));

    /// <summary>The content of an extension; null when there is none.</summary>
    public byte[]? Extension(ushort type) => Extensions.FirstOrDefault(extension => extension.Type == type).Content;

    /// <summary>One datagram with the whole message.</summary>
    public byte[] ToDatagram(int messageSequence = 0)
    {
        byte[] block = [.. Extensions.SelectMany(static extension => (byte[])[.. Number(extension.Type, 2), .. Number(extension.Content.Length, 2), .. extension.Content])];
        byte[] body =
        [
            .. Number(Version, 2), .. Random,
            (byte)SessionId.Length, .. SessionId,
            (byte)Cookie.Length, .. Cookie,
            .. Number(Suites.Length, 2), .. Suites,
            (byte)Compression.Length, .. Compression,
            .. Number(block.Length, 2), .. block,
        ];
        return PlaintextRecords.Record(
            RecordForge.Handshake, PlaintextRecords.Fragment(ClientHello, body.Length, messageSequence, 0, body.Length, body), (ulong)messageSequence);
    }

    /// <summary>A HelloRetryRequest (RFC 8446 §4.1.4) with a cookie.</summary>
    public static byte[] Retry(int messageSequence, byte[] cookie)
    {
        byte[] extensions = [0, 43, 0, 2, 0xFE, 0xFC, 0, 44, .. Number(cookie.Length + 2, 2), .. Number(cookie.Length, 2), .. cookie];
        byte[] random = Convert.FromHexString("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");
        byte[] body = [0xFE, 0xFD, .. random, 0, 0x13, 0x01, 0, .. Number(extensions.Length, 2), .. extensions];
        return PlaintextRecords.Record(
            RecordForge.Handshake, PlaintextRecords.Fragment(2, body.Length, messageSequence, 0, body.Length, body), (ulong)messageSequence);
    }

    private static byte[] Number(int value, int length) => length == 1 ? [(byte)value] : [(byte)(value >> 8), (byte)value];

    private static byte[] Vector(ReadOnlySpan<byte> source, ref int at, int lengthBytes)
    {
        int length = lengthBytes == 1 ? source[at] : BinaryPrimitives.ReadUInt16BigEndian(source[at..]);
        byte[] vector = source.Slice(at + lengthBytes, length).ToArray();
        at += lengthBytes + length;
        return vector;
    }
}
