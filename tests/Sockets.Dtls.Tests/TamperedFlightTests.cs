using System;
using System.Collections.Generic;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>
/// Every datagram of a handshake arrives cut short and with flipped bits before it arrives whole. Nothing throws; what
/// is authenticated is only counted; the good connection goes on.
/// </summary>
public sealed class TamperedFlightTests
{
    private const int DatagramsOfHandshake = 8;

    public static TheoryData<bool> Forms() => [true, false];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Cut_datagrams_do_no_harm(bool clientAuthentication)
    {
        using DtlsPair pair = Make(clientAuthentication);
        int injected = 0;
        Before(pair, whole =>
        {
            List<byte[]> cuts = [];
            for (int length = 0; length < whole.Length; length++)
                cuts.Add(whole[..length]);
            injected += cuts.Count;
            return cuts;
        });
        pair.DriveToConnected();
        Assert.True(injected > 1000);
        Assert.True(Discarded(pair) > 900);
        AssertAlive(pair);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Flipped_bits_in_protected_records_do_no_harm(bool clientAuthentication)
    {
        using DtlsPair pair = Make(clientAuthentication);
        ulong injected = 0;
        Before(pair, whole =>
        {
            int start = 0;
            while (start < whole.Length && PlaintextRecords.IsPlaintext(whole[start]))
                start += PlaintextRecords.FirstRecordLength(whole.AsSpan(start));
            List<byte[]> flips = [];
            for (int at = start; at < whole.Length; at++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    // What stands before the flipped record would be processed early: it is not part of the copy.
                    byte[] copy = whole[start..];
                    copy[at - start] ^= (byte)(1 << bit);
                    flips.Add(copy);
                }
            }

            injected += (ulong)flips.Count;
            return flips;
        });
        pair.DriveToConnected();
        Assert.True(injected > 4000);
        Assert.True(Discarded(pair) >= injected, $"{injected} datagrams were tampered with and {Discarded(pair)} records discarded");
        AssertAlive(pair);
    }

    /// <summary>
    /// Unprotected records cannot be told from forgeries: the handshake may end, but in order, and never by an
    /// exception; one that does not end works.
    /// </summary>
    [Fact]
    public void Flipped_bits_in_unprotected_records_end_in_order_or_not_at_all()
    {
        int connected = 0;
        int over = 0;
        for (int target = 0; target < DatagramsOfHandshake; target++)
        {
            for (int at = 0; ; at++)
            {
                if (!TryFlip(target, at, bit: (at * 5 + target) % 8, out bool success))
                    break;
                connected += success ? 1 : 0;
                over += success ? 0 : 1;
            }
        }

        Assert.True(connected > 20, $"only {connected} handshakes survived a flipped bit");
        Assert.True(over > 50, $"only {over} handshakes noticed a flipped bit");
    }

    /// <summary>With a cookie nothing is kept of a ClientHello that was changed on its way.</summary>
    [Fact]
    public void Flipped_bits_in_a_first_client_hello_leave_no_trace_at_an_endpoint()
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig());
        bool first = true;
        Before(pair, whole =>
        {
            List<byte[]> flips = [];
            if (first)
            {
                for (int at = 0; at < whole.Length * 8; at++)
                {
                    byte[] copy = [.. whole];
                    copy[at / 8] ^= (byte)(1 << (at % 8));
                    flips.Add(copy);
                }
            }

            first = false;
            return flips;
        });
        int answers = 0;
        pair.Network.OnSend = datagram =>
        {
            // The answers to the forgeries must not reach the client: only the last one is for it.
            if (datagram.Source == DtlsPair.ServerAddress && pair.Server.Logs.Count == 0)
                pair.Client.Inbound.Clear();
            answers += datagram.Source == DtlsPair.ServerAddress ? 1 : 0;
            Assert.True(pair.Server.Logs.Count > 0 || pair.Server.Endpoint!.ConnectionCount == 0);
            return true;
        };
        pair.DriveToConnected();
        Assert.True(answers > 100);
        Assert.Single(pair.Server.Logs);
        AssertAlive(pair);
    }

    [Fact]
    public void Random_bytes_do_no_harm_at_any_step()
    {
        var random = new SeededRandom(11);
        using DtlsPair pair = Make(clientAuthentication: true);
        Before(pair, _ =>
        {
            List<byte[]> noise = [];
            for (int i = 0; i < 300; i++)
            {
                byte[] datagram = random.Bytes(random.Next(400));

                // Half of it looks like a protected record, which is where the code is.
                if (datagram.Length > 0 && random.Chance(50))
                    datagram[0] = (byte)(0x20 | (datagram[0] & 0x1F));
                noise.Add(datagram);
            }

            noise.Add([]);
            noise.Add(random.Bytes(65_507));
            return noise;
        });
        pair.DriveToConnected();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] datagram = random.Bytes(random.Next(120));
            pair.Server.Receive(DtlsPair.ClientAddress, datagram);
            pair.Client.Receive(DtlsPair.ServerAddress, datagram);
        }

        Assert.True(Discarded(pair) > 20_000);
        AssertAlive(pair);
    }

    private static DtlsPair Make(bool clientAuthentication) => DtlsPair.Create(
        client: config => clientAuthentication ? config with { Credentials = [TestCertificates.Ed25519.ToCredential(config.Crypto)] } : config,
        server: config => config with { ClientAuthentication = clientAuthentication ? DtlsClientAuthentication.Required : DtlsClientAuthentication.None });

    /// <summary>Delivers what <paramref name="forge"/> makes of each datagram before the datagram itself.</summary>
    private static void Before(DtlsPair pair, Func<byte[], List<byte[]>> forge) => pair.Network.OnDeliver = datagram =>
    {
        DtlsNode node = datagram.Destination == DtlsPair.ServerAddress ? pair.Server : pair.Client;
        foreach (byte[] forged in forge(datagram.Payload))
            node.Receive(datagram.Source, forged);
        return true;
    };

    private static bool TryFlip(int target, int at, int bit, out bool success)
    {
        using DtlsPair pair = Make(clientAuthentication: false);
        int index = 0;
        bool applied = false;
        pair.Network.OnDeliver = datagram =>
        {
            if (index++ == target && at < datagram.Payload.Length)
            {
                int start = 0;
                while (start < datagram.Payload.Length && PlaintextRecords.IsPlaintext(datagram.Payload[start]))
                    start += PlaintextRecords.FirstRecordLength(datagram.Payload.AsSpan(start));
                if (at < start)
                {
                    datagram.Payload[at] ^= (byte)(1 << bit);
                    applied = true;
                }
            }

            return true;
        };
        pair.Start();
        pair.Network.RunUntil(() => pair.IsConnected || pair.Client.Log.IsClosed || pair.Server.Log.IsClosed);
        success = pair.IsConnected;
        if (success)
        {
            AssertAlive(pair);
        }
        else
        {
            Assert.True(pair.AnyFailed);
            pair.Settle(TimeSpan.FromHours(1));
            Assert.Equal(MonotonicTime.Never, pair.Client.EngineTimeout);
            Assert.Equal(MonotonicTime.Never, pair.Server.EngineTimeout);
        }

        return applied;
    }

    private static ulong Discarded(DtlsPair pair) => pair.Client.Log.Statistics.TotalDiscarded + pair.Server.Log.Statistics.TotalDiscarded;

    private static void AssertAlive(DtlsPair pair)
    {
        pair.Network.OnDeliver = null;
        pair.Settle(TimeSpan.FromSeconds(5));
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1, 2]));
        Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(pair.Server.Connection, [3, 4]));
        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.Equal([1, 2], pair.Server.Log.Received[^1]);
        Assert.Equal([3, 4], pair.Client.Log.Received[^1]);
    }
}
