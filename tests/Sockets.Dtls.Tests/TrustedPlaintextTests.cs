using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>
/// What <see cref="DtlsConfig.DangerousTrustPlaintext"/> changes, and that it changes nothing while it is off
/// (build/decisions/0001): each case sends something in clear that breaks the protocol, or ends a flight.
/// </summary>
public sealed class TrustedPlaintextTests
{
    private const byte ServerHello = 2;

    private static readonly Dictionary<string, (byte[][] Datagrams, DtlsFailureReason Reason, AlertDescription Alert)> Cases = new()
    {
        ["application data"] =
            ([PlaintextRecords.Record(23, [1, 2, 3])], DtlsFailureReason.UnexpectedRecord, AlertDescription.UnexpectedMessage),
        ["a cut fragment"] =
            ([PlaintextRecords.Record(22, PlaintextRecords.Fragment(ServerHello, 60, 0, 0, 60, new byte[59]))], DtlsFailureReason.MalformedHandshakeRecord, AlertDescription.DecodeError),
        ["no fragment"] =
            ([PlaintextRecords.Record(22, [])], DtlsFailureReason.MalformedHandshakeRecord, AlertDescription.UnexpectedMessage),
        ["fragments that disagree about the type"] =
            ([Part(ServerHello, 60), Part(ServerHello + 1, 60)], DtlsFailureReason.FragmentMismatch, AlertDescription.IllegalParameter),
        ["fragments that disagree about the length"] =
            ([Part(ServerHello, 60), Part(ServerHello, 61)], DtlsFailureReason.FragmentMismatch, AlertDescription.IllegalParameter),
        ["a malformed ACK"] =
            ([PlaintextRecords.Record(26, [0, 3, 1, 2, 3])], DtlsFailureReason.MalformedAck, AlertDescription.DecodeError),
        ["an ACK of a later epoch"] =
            ([PlaintextRecords.Record(26, [0, 16, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0])], DtlsFailureReason.MalformedAck, AlertDescription.DecodeError),
        ["an ACK of an epoch beyond all"] =
            ([PlaintextRecords.Record(26, [0, 16, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])], DtlsFailureReason.MalformedAck, AlertDescription.DecodeError),
        ["an alert"] =
            ([PlaintextRecords.Record(21, [2, 40])], DtlsFailureReason.PeerAlert, AlertDescription.HandshakeFailure),
    };

    public static TheoryData<string, bool> Names() => [.. Cases.Keys.SelectMany(static name => new (string, bool)[] { (name, true), (name, false) })];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_breaks_the_protocol_ends_the_handshake_only_where_plaintext_is_trusted(string name, bool isTrusted)
    {
        (byte[][] datagrams, DtlsFailureReason reason, AlertDescription alert) = Cases[name];
        using DtlsPair pair = DtlsPair.Create(client: config => config with { DangerousTrustPlaintext = isTrusted });
        pair.Start();
        foreach (byte[] datagram in datagrams)
            pair.Client.Receive(DtlsPair.ServerAddress, datagram);
        if (isTrusted)
        {
            Assert.Equal(reason, pair.Client.Log.Failure?.Reason);
            Assert.Equal(alert, pair.Client.Log.Failure?.Alert);
        }
        else
        {
            pair.DriveUntil(() => pair.IsConnected);
        }
    }

    // RFC 9147 §7.2: all retransmissions of a flight end when all of it is acknowledged, and when a part of the next one comes.
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Only_trusted_plaintext_stops_the_retransmission_of_a_retry(bool isTrusted, bool byAck)
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { KeyShareCount = 0 },
            server: config => config with { DangerousTrustPlaintext = isTrusted });
        int fromServer = 0;
        pair.Network.OnSend = datagram => datagram.Source != DtlsPair.ServerAddress && fromServer == 0 || Count();
        pair.Start();
        pair.DriveUntil(() => fromServer > 0);
        pair.Server.Receive(DtlsPair.ClientAddress, byAck
            ? PlaintextRecords.Record(26, [0, 16, .. new byte[16]])
            : PlaintextRecords.Record(22, PlaintextRecords.Fragment(1, 200, 1, 0, 10, new byte[10])));
        pair.Settle(TimeSpan.FromSeconds(9));
        ulong retransmissions = pair.Server.Connection.Statistics.Retransmissions;
        Assert.Equal(isTrusted ? 0UL : 3UL, retransmissions);

        bool Count()
        {
            fromServer++;
            return false;
        }
    }

    // Anybody can acknowledge in clear: what was acknowledged so is sent again when nothing comes after it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_acknowledged_in_clear_is_sent_again_after_two_timeouts_unless_plaintext_is_trusted(bool isTrusted)
    {
        using DtlsPair pair = DtlsPair.Create(server: config => config with { DangerousTrustPlaintext = isTrusted });
        int hellos = 0;
        pair.Network.OnSend = datagram =>
        {
            bool isServers = datagram.Source == DtlsPair.ServerAddress;
            if (isServers && datagram.Payload[0] == 22)
                hellos++;
            return !isServers; // the client's repetitions let the server send on
        };
        pair.Start();
        pair.DriveUntil(() => hellos > 0);
        hellos = 0;
        pair.Server.Receive(DtlsPair.ClientAddress, PlaintextRecords.Record(26, [0, 16, .. new byte[16]]));
        pair.Settle(TimeSpan.FromSeconds(2));
        Assert.Equal(0, hellos);
        Assert.True(pair.Server.Connection.Statistics.Retransmissions > 0);
        pair.Settle(TimeSpan.FromSeconds(10));
        Assert.Equal(isTrusted, hellos == 0);
    }

    [Fact]
    public void It_is_off_by_default() => Assert.False(new DtlsConfig { Crypto = TestProviders.Default }.DangerousTrustPlaintext);

    private static byte[] Part(byte type, int length) => PlaintextRecords.Record(22, PlaintextRecords.Fragment(type, length, 0, 0, 10, new byte[10]));
}
