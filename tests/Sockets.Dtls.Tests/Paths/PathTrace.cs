using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Paths;

/// <summary>Reads what both ends send in epoch 3, with their keys: which path each message took.</summary>
internal sealed class PathTrace
{
    private readonly List<Entry> _entries = [];

    /// <summary>One record as it was sent.</summary>
    /// <param name="At">When.</param>
    /// <param name="Source">From.</param>
    /// <param name="Destination">To.</param>
    /// <param name="Type">Content type.</param>
    /// <param name="Content">Content.</param>
    /// <param name="ConnectionId">What it carried.</param>
    /// <param name="Bytes">Of the datagram.</param>
    public sealed record Entry(MonotonicTime At, DtlsAddress Source, DtlsAddress Destination, byte Type, byte[] Content, byte[] ConnectionId, int Bytes)
    {
        public bool IsChallenge => Type == RecordForge.ReturnRoutabilityCheck && Content[0] == 0;

        public bool IsResponse => Type == RecordForge.ReturnRoutabilityCheck && Content[0] == 1;

        public bool IsDrop => Type == RecordForge.ReturnRoutabilityCheck && Content[0] == 2;

        public ulong Cookie => BinaryPrimitives.ReadUInt64BigEndian(Content.AsSpan(1));
    }

    public IReadOnlyList<Entry> Entries => _entries;

    public List<Entry> Where(Predicate<Entry> predicate) => _entries.FindAll(predicate);

    public List<Entry> To(DtlsAddress destination) => _entries.FindAll(entry => entry.Destination == destination);

    public void Clear() => _entries.Clear();

    /// <summary>Opens a copy of a datagram of one record.</summary>
    public void Add(MonotonicTime now, NetemDatagram datagram, ReadEpoch epoch, int connectionIdLength)
    {
        byte[] copy = [.. datagram.Payload];
        if (!UnifiedHeader.IsCiphertext(copy[0]) || UnifiedHeader.GetEpochBits(copy[0]) != ((int)epoch.Epoch & 3)
            || !UnifiedHeader.TryRead(copy, connectionIdLength, out UnifiedHeader header)
            || !epoch.TryOpen(header, copy.AsSpan(0, header.Layout.Length + header.CiphertextLength), out OpenedRecord record))
        {
            return;
        }

        _entries.Add(new Entry(now, datagram.Source, datagram.Destination, (byte)record.Type, record.Content.ToArray(), copy[1..(1 + connectionIdLength)], copy.Length));
    }

    public static ReadEpoch Open(CryptoProvider provider, CipherSuite suite, byte[] secret) => new(3, KeySchedule.CreateCipher(provider, suite, secret), 4096);
}
