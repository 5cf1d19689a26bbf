using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>What a client sends and heeds before and after the first answer of its server.</summary>
public sealed class FirstFlightTests
{
    // RFC 9147 §4: {254, 255} for compatibility on the initial ClientHello, {254, 253} on every other record.
    [Fact]
    public void Only_the_first_client_hello_carries_the_oldest_record_version()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => ClientHellos.Enlarge(config) with { KeyShareCount = 0, Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
            server: static config => config with { ClientAuthentication = DtlsClientAuthentication.Required });
        List<ushort> first = [];
        List<ushort> later = [];
        bool isAnswered = false;
        bool isLossy = true;
        pair.Network.OnSend = datagram =>
        {
            bool isClients = datagram.Source == DtlsPair.ClientAddress;
            isAnswered |= !isClients;
            ReadOnlySpan<byte> rest = datagram.Payload;
            while (!rest.IsEmpty)
            {
                if (PlaintextRecords.IsPlaintext(rest[0]))
                    (isClients && !isAnswered ? first : later).Add(BinaryPrimitives.ReadUInt16BigEndian(rest[1..]));
                rest = rest[PlaintextRecords.FirstRecordLength(rest)..];
            }

            return !(isClients && isLossy && first.Count >= 4) || (isLossy = false);
        };
        pair.DriveToConnected();
        Assert.True(pair.Client.Connection.Statistics.Retransmissions > 0 && first.Count >= 8 && later.Count >= 6, $"{first.Count} {later.Count}");
        Assert.All(first, static version => Assert.Equal(0xFEFF, version));
        Assert.All(later, static version => Assert.Equal(0xFEFD, version));
    }

    /// <summary>Nothing tells yet that the server speaks this version: an ACK is not heeded, and the whole ClientHello goes out again.</summary>
    [Fact]
    public void An_acknowledgement_before_the_first_answer_is_not_heeded()
    {
        using DtlsPair pair = DtlsPair.Create(client: static config => ClientHellos.Enlarge(config));
        List<byte[]> sent = [];
        pair.Network.OnSend = datagram =>
        {
            sent.Add(datagram.Payload);
            return false;
        };
        pair.Start();
        int count = sent.Count;
        Assert.True(count > 1);
        pair.Client.Receive(DtlsPair.ServerAddress, PlaintextRecords.Record(26, [0, 16, .. new byte[16]]));
        Assert.Equal(count, sent.Count);
        pair.Settle(TimeSpan.FromSeconds(1.5));
        Assert.Equal(2 * count, sent.Count);
    }

    // RFC 9147 §7.1: with the version known, a part of a flight is acknowledged after a quarter of the retransmission timeout.
    [Fact]
    public void After_a_retry_a_part_of_the_server_hello_is_acknowledged()
    {
        using DtlsPair pair = DtlsPair.Create(client: static config => config with { KeyShareCount = 0, UseMeasuredRoundTrip = false });
        int acks = 0;
        int answers = 0;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ClientAddress)
                acks += datagram.Payload[0] == 26 ? 1 : 0;
            return datagram.Source == DtlsPair.ClientAddress || answers++ == 0; // the retry, and nothing after it
        };
        pair.Start();
        pair.DriveUntil(() => answers > 1);
        Assert.Equal(0, acks);
        pair.Client.Receive(DtlsPair.ServerAddress, PlaintextRecords.Record(22, PlaintextRecords.Fragment(2, 100, 1, 0, 10, new byte[10])));
        pair.Settle(TimeSpan.FromMilliseconds(249));
        Assert.Equal(0, acks);
        pair.Settle(TimeSpan.FromMilliseconds(2));
        Assert.Equal(1, acks);

        // The ClientHello that is sent again has the rest sent: the ACK need not be.
        pair.Settle(TimeSpan.FromSeconds(30));
        Assert.Equal(1, acks);
    }
}
