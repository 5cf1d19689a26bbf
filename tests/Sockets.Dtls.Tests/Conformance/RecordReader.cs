using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>
/// Reads what one side of a pair has sent, with the secrets of its key log: written from RFC 9147 §4, apart from the engine.
/// Knows epochs 2 and 3 and, by key update, those after; record numbers must stay below 2^16.
/// </summary>
internal sealed class RecordReader(CipherSuite suite, TrafficSecrets secrets, DtlsAddress source)
{
    private readonly Dictionary<int, RecordCipher> _ciphers = [];

    /// <summary>Bytes of the connection IDs that the records carry, where they carry one.</summary>
    public int ConnectionIdLength { get; set; }

    /// <summary>Every record of a datagram, in order.</summary>
    public List<SentRecordView> Read(ReadOnlySpan<byte> datagram)
    {
        List<SentRecordView> records = [];
        while (!datagram.IsEmpty)
        {
            int length = RecordLength(datagram);
            byte[] record = datagram[..length].ToArray();
            records.Add(PlaintextRecords.IsPlaintext(record[0]) ? ReadPlaintext(record) : ReadCiphertext(record));
            datagram = datagram[length..];
        }

        return records;
    }

    private int RecordLength(ReadOnlySpan<byte> datagram)
    {
        int connectionId = !PlaintextRecords.IsPlaintext(datagram[0]) && (datagram[0] & 0x10) != 0 ? ConnectionIdLength : 0;
        return connectionId == 0
            ? PlaintextRecords.FirstRecordLength(datagram)
            : connectionId + PlaintextRecords.FirstRecordLength([datagram[0], .. datagram[(1 + connectionId)..]]);
    }

    private static SentRecordView ReadPlaintext(byte[] record) => new(
        BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(3)),
        BinaryPrimitives.ReadUInt64BigEndian(record.AsSpan(3)) & 0xFFFF_FFFF_FFFF,
        record[0],
        record[PlaintextRecords.HeaderLength..],
        []);

    private SentRecordView ReadCiphertext(byte[] record)
    {
        int number = 1 + ((record[0] & 0x10) != 0 ? ConnectionIdLength : 0);
        int header = number + ((record[0] & 0x04) != 0 ? 4 : 2);
        int bits = record[0] & 3;
        for (int epoch = bits == 2 ? 2 : bits == 3 ? 3 : 4 + bits; epoch < 12; epoch += 4)
        {
            RecordCipher cipher = Cipher(epoch);
            byte[] copy = [.. record];
            Span<byte> mask = stackalloc byte[2];
            cipher.ComputeMask(copy.AsSpan(header, 16), mask);
            copy[number] ^= mask[0];
            copy[number + 1] ^= mask[1];
            ulong sequence = BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(number));
            Span<byte> body = copy.AsSpan(header);
            if (!cipher.TryOpen(sequence, copy.AsSpan(0, header), body))
                continue;
            body = body[..^cipher.Overhead];
            int type = body.LastIndexOfAnyExcept((byte)0);
            return new SentRecordView((ulong)epoch, sequence, body[type], body[..type].ToArray(), copy[1..number]);
        }

        throw new InvalidOperationException($"A record of epoch bits {bits} opens under no key of {source}.");
    }

    private RecordCipher Cipher(int epoch)
    {
        if (_ciphers.TryGetValue(epoch, out RecordCipher? cipher))
            return cipher;
        string side = source == DtlsPair.ClientAddress ? "CLIENT" : "SERVER";
        byte[] secret = secrets[epoch == 2 ? $"{side}_HANDSHAKE_TRAFFIC_SECRET" : $"{side}_TRAFFIC_SECRET_0"];
        for (int i = 3; i < epoch; i++)
            secret = RecordForge.NextSecret(TestProviders.Default, suite, secret);
        int keyLength = CipherSuites.KeyLength(suite);
        HashKind hash = CipherSuites.Hash(suite);
        cipher = TestProviders.Default.CreateRecordCipher(
            suite,
            RecordForge.ExpandLabel(TestProviders.Default, hash, secret, "key", keyLength),
            RecordForge.ExpandLabel(TestProviders.Default, hash, secret, "iv", CipherSuites.NonceLength),
            RecordForge.ExpandLabel(TestProviders.Default, hash, secret, "sn", keyLength));
        _ciphers.Add(epoch, cipher);
        return cipher;
    }
}
