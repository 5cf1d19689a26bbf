using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;

namespace Sockets.Dtls.Tests.Vectors;

/// <summary>One direction of a <see cref="RecordedExchange"/>, opened with its secrets.</summary>
internal sealed class RecordedDirection : IDisposable
{
    private readonly CryptoProvider _crypto;
    private readonly CipherSuite _suite;
    private readonly byte[] _trafficSecret;
    private readonly List<ReadEpoch> _epochs = [];
    private readonly Reassembler _reassembler = new(0, 1 << 16, 1 << 17);

    public RecordedDirection(CryptoProvider crypto, CipherSuite suite, byte[] handshakeSecret, byte[] trafficSecret)
    {
        _crypto = crypto;
        _suite = suite;
        _trafficSecret = [.. trafficSecret];
        Install(2, handshakeSecret);
        Install(3, trafficSecret);
    }

    /// <summary>The handshake messages in order.</summary>
    public List<(HandshakeType Type, byte[] Body)> Messages { get; } = [];

    public List<byte[]> Data { get; } = [];

    public HashSet<RecordNumber> Seen { get; } = [];

    /// <summary>Contents of ACK records.</summary>
    public List<byte[]> Acknowledgements { get; } = [];

    public ulong NewestEpoch => _epochs[^1].Epoch;

    /// <summary>Opens every record of a datagram.</summary>
    public void Take(Span<byte> datagram)
    {
        while (!datagram.IsEmpty)
        {
            int length;
            if (UnifiedHeader.IsCiphertext(datagram[0]))
            {
                Assert.True(UnifiedHeader.TryRead(datagram, out UnifiedHeader header));
                length = header.Layout.Length + header.CiphertextLength;
                ReadEpoch? epoch = _epochs.FindLast(candidate => (int)(candidate.Epoch & 3) == header.EpochBits);
                Assert.NotNull(epoch);
                bool opened = epoch.TryOpen(header, datagram[..length], out OpenedRecord record);
                Assert.True(opened, $"a record of epoch {epoch.Epoch} did not open: {(opened ? default : record.Discard)}");
                Take(record.Number, record.Type, record.Content);
            }
            else
            {
                Assert.True(PlaintextHeader.TryRead(datagram, out PlaintextHeader header));
                length = PlaintextHeader.Length + header.ContentLength;
                Take(new RecordNumber(0, header.Sequence), header.Type, datagram[PlaintextHeader.Length..length]);
            }

            datagram = datagram[length..];
        }
    }

    public void Dispose() => _epochs.ForEach(static epoch => epoch.Dispose());

    private void Install(ulong epoch, ReadOnlySpan<byte> secret) =>
        _epochs.Add(new ReadEpoch(epoch, KeySchedule.CreateCipher(_crypto, _suite, secret), 256));

    private void Take(RecordNumber number, ContentType type, Span<byte> content)
    {
        Assert.True(Seen.Add(number), $"the record number {number} came twice");
        switch (type)
        {
            case ContentType.Handshake:
                TakeFragments(number, content);
                break;
            case ContentType.Ack:
                Acknowledgements.Add(content.ToArray());
                break;
            case ContentType.ApplicationData:
                Data.Add(content.ToArray());
                break;
            default:
                Assert.Equal(ContentType.Alert, type);
                break;
        }
    }

    private void TakeFragments(RecordNumber number, ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            Assert.True(FragmentHeader.TryRead(content, out FragmentHeader header));
            ReadOnlySpan<byte> fragment = content.Slice(FragmentHeader.Length, header.FragmentLength);
            Assert.Equal(FragmentVerdict.Taken, _reassembler.Add(header, fragment, number.Epoch));
            content = content[(FragmentHeader.Length + header.FragmentLength)..];
        }

        while (_reassembler.TryPeek(out HandshakeType type, out ReadOnlySpan<byte> body, out _))
        {
            Messages.Add((type, body.ToArray()));
            _reassembler.Advance();
            if (type != HandshakeType.KeyUpdate)
                continue;
            KeySchedule.UpdateTrafficSecret(_crypto, _suite, _trafficSecret);
            Install(NewestEpoch + 1, _trafficSecret);
        }
    }
}
