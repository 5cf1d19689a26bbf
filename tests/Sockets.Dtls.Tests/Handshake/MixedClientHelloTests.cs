using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Handshake;

/// <summary>Large ClientHellos of clients that share an address one after the other: parts of the first are none of the second.</summary>
public sealed class MixedClientHelloTests
{
    /// <summary>Datagrams of a ClientHello.</summary>
    private const int Parts = 4;

    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    private static readonly DtlsAddress Stranger = DtlsNetwork.Address(55, 55);

    public static TheoryData<int, bool> Leftovers() => new(
        from part in Enumerable.Range(0, Parts)
        from isLost in (bool[])[false, true]
        select (part, isLost));

    /// <summary>Whichever part was left, and whether or not the same part of the new one is lost once.</summary>
    [Theory]
    [MemberData(nameof(Leftovers))]
    public void A_part_that_an_earlier_client_has_left_does_not_spoil_the_next_handshake(int part, bool isLost)
    {
        using DtlsPair pair = Make(out DtlsConfig config);
        List<byte[]> earlier = MakeEarlier(config);
        Assert.Equal(Parts, earlier.Count);
        pair.Server.Receive(DtlsPair.ClientAddress, earlier[part]);
        pair.Settle(Later);

        int sent = 0;
        pair.Network.OnSend = datagram => datagram.Source != DtlsPair.ClientAddress || sent++ != part || !isLost;
        pair.DriveToConnected();
        Assert.Equal(isLost ? 1UL : 0UL, pair.Client.Log.Statistics.Retransmissions);
    }

    /// <summary>At once, so that time tells nothing: but two parts say different things in the same place.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Parts_that_contradict_each_other_are_not_put_together(int second)
    {
        using DtlsPair pair = Make(out DtlsConfig config);
        List<byte[]> earlier = MakeEarlier(config);
        pair.Server.Receive(DtlsPair.ClientAddress, earlier[0]);
        pair.Server.Receive(DtlsPair.ClientAddress, earlier[second]);
        pair.DriveToConnected();
        Assert.Equal(0UL, pair.Client.Log.Statistics.Retransmissions);
    }

    /// <summary>A bad link takes its time: transmissions of one client are put together, as long as they number on.</summary>
    [Fact]
    public void Parts_of_several_transmissions_are_put_together()
    {
        using DtlsPair pair = Make(out _);
        int sent = 0;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source != DtlsPair.ClientAddress)
                return true;
            int number = sent++;
            return number >= Parts * Parts || number % Parts == number / Parts; // one of each transmission
        };
        pair.DriveToConnected();
        Assert.Equal(Parts - 1UL, pair.Client.Log.Statistics.Retransmissions);
    }

    /// <summary>Who may be somebody else is not told what is wrong: its next transmission is looked at by itself.</summary>
    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(5_000, 1, false)]
    [InlineData(5_000, 2, false)]
    public void An_alert_answers_one_transmission_only(int milliseconds, int skippedRecords, bool isTold)
    {
        using DtlsPair pair = Make(out _);
        byte[] body = new byte[300]; // no ClientHello
        pair.Server.Receive(Stranger, Part(0, sequence: 0));
        pair.Settle(TimeSpan.FromMilliseconds(milliseconds));
        ulong sequence = 1 + (ulong)skippedRecords;
        pair.Server.Receive(Stranger, Part(150, sequence));
        bool isWhole = milliseconds == 0 || skippedRecords > 1; // the next transmission of the same client would have that number
        Assert.Equal(isWhole ? 1UL : 0UL, pair.Server.Endpoint!.Statistics.Discarded(DiscardReason.InvalidClientHello));
        Assert.Equal(isTold ? 1 : 0, pair.Network.DatagramsSent);

        // Nothing of it is left: what comes whole is told.
        pair.Settle(TimeSpan.FromMinutes(3));
        pair.Server.Receive(Stranger, Part(0, sequence: 10));
        pair.Server.Receive(Stranger, Part(150, sequence: 11));
        Assert.Equal(isTold ? 2 : 1, pair.Network.DatagramsSent);

        byte[] Part(int offset, ulong sequence) =>
            PlaintextRecords.Record(22, PlaintextRecords.Fragment(1, body.Length, 0, offset, 150, body.AsSpan(offset, 150)), sequence);
    }

    private static DtlsPair Make(out DtlsConfig config)
    {
        DtlsConfig? made = null;
        DtlsPair pair = DtlsPair.Create(client: config => made = ClientHellos.Enlarge(config) with { LowerDatagramSizeOnLoss = false }, endpoint: new DtlsEndpointConfig());
        config = made!;
        return pair;
    }

    private static List<byte[]> MakeEarlier(DtlsConfig config) =>
        ClientHellos.Make(config with { Crypto = new SeededCryptoProvider(TestProviders.Default, 4711) });
}
