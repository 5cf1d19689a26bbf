using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>Data along with the first ClientHello (RFC 8446 §2.3, §4.2.10, §8, RFC 9147 §5.6).</summary>
public sealed class EarlyDataTests
{
    private const int Limit = 100;

    private static readonly byte[][] Data = [[1, 2, 3], [4], [5, 6]];

    [Theory]
    [InlineData(CipherSuite.Aes128GcmSha256)]
    [InlineData(CipherSuite.Aes256GcmSha384)]
    [InlineData(CipherSuite.ChaCha20Poly1305Sha256)]
    public void Accepted_data_is_there_before_the_handshake_is_done(CipherSuite suite)
    {
        using ResumptionRig rig = Rig();
        rig.Client = Then(rig.Client, config => config with { CipherSuites = [suite] });
        using DtlsTicket ticket = rig.GetTicket();
        Assert.Equal((uint)Limit, ticket.MaxEarlyDataSize);
        DtlsPair pair = rig.Begin(ticket);
        pair.Start();
        Assert.Equal(DtlsEarlyDataStatus.Pending, pair.Client.Connection.EarlyDataStatus);
        WriteAll(pair);
        pair.DriveUntil(() => pair.Server.Log.Events.Contains(DtlsEventKind.EarlyDataReceived));
        Assert.DoesNotContain(DtlsEventKind.Connected, pair.Server.Log.Events);
        pair.DriveUntil(() => pair.IsConnected);
        pair.Settle();
        rig.AssertResumed(true);
        Assert.Equal(DtlsEarlyDataStatus.Accepted, pair.Client.Connection.EarlyDataStatus);
        Assert.Equal(Data, Take(pair.Server.Connection.TakeEarlyData));
        Assert.Empty(Take(pair.Client.Connection.TakeRejectedEarlyData));
        Assert.Empty(pair.Server.Log.Received);
        Assert.Equal(DtlsWriteResult.NotConnected, pair.Client.Connection.WriteEarlyData([1], pair.Network.Clock.Now, new byte[100], out _));
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [9]));
        pair.Settle();
        Assert.Equal([9], Assert.Single(pair.Server.Log.Received));
    }

    [Fact]
    public void It_is_off_unless_both_sides_want_it()
    {
        using ResumptionRig rig = Rig();
        rig.Server = static config => config;
        using DtlsTicket plain = rig.GetTicket();
        Assert.Equal(0u, plain.MaxEarlyDataSize);
        AssertNotOffered(rig, plain);
        using ResumptionRig client = Rig();
        client.Client = static config => config;
        using DtlsTicket ticket = client.GetTicket();
        AssertNotOffered(client, ticket);
    }

    [Fact]
    public void A_copy_of_the_hello_and_its_data_is_not_taken_again()
    {
        using ResumptionRig rig = Rig();
        using DtlsTicket ticket = rig.GetTicket();
        var sent = new List<byte[]>();
        DtlsPair first = rig.Begin(ticket);
        first.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ClientAddress)
                sent.Add([.. datagram.Payload]);
            return true;
        };
        first.Start();
        WriteAll(first);
        first.DriveUntil(() => first.IsConnected);
        Assert.Equal(Data, Take(first.Server.Connection.TakeEarlyData));

        // The other server shares the tickets and the record, and sees exactly what the first one saw.
        DtlsPair second = rig.Begin(ticket);
        second.Network.OnSend = static _ => false;
        second.Start();
        foreach (byte[] datagram in sent)
            second.Server.Receive(DtlsPair.ClientAddress, datagram);
        Assert.True(second.Server.Connection.IsResumed);
        Assert.Empty(Take(second.Server.Connection.TakeEarlyData));
        Assert.True(second.Server.Log.Statistics.Discarded(DiscardReason.UnknownEpoch) >= (ulong)Data.Length);
    }

    public static TheoryData<string> Rejections() => [.. RejectionCases.Keys];

    private static readonly Dictionary<string, (Action<ResumptionRig> Change, bool IsResumed)> RejectionCases = new()
    {
        ["the server takes none any more"] = (static rig => rig.Server = static config => config, true),
        ["the age is wrong"] = (static rig => rig.Server = Then(rig.Server, config => config with { UtcNow = () => rig.Now + TimeSpan.FromSeconds(11) }), true),
        ["the record is full"] = (static rig => rig.Server = Then(rig.Server, static config => config with { EarlyDataRecord = new DtlsReplayRecord(DateTimeOffset.MinValue, 0) }), true),
        ["the server may have forgotten it"] = (static rig =>
        {
            // RFC 8446 §8.2: a record that began after the ticket was made, and less than the window ago.
            rig.Now += TimeSpan.FromSeconds(20);
            DateTimeOffset restarted = rig.Now - TimeSpan.FromSeconds(9);
            rig.Server = Then(rig.Server, config => config with { EarlyDataRecord = new DtlsReplayRecord(restarted) });
        }, true),
        ["a cookie is demanded"] = (static rig => rig.UseEndpoint = true, true),
        ["another group is asked for"] = (static rig =>
        {
            rig.Client = Then(rig.Client, static config => config with { Groups = [NamedGroup.Secp256r1, NamedGroup.Secp384r1] });
            rig.Server = Then(rig.Server, static config => config with { Groups = [NamedGroup.Secp384r1] });
        }, true),
        ["the server takes less by now"] = (static rig => rig.Server = Then(rig.Server, static config => config with { MaxEarlyDataSize = Limit - 1 }), true),
        ["another suite of the same hash"] = (static rig => rig.Server = Then(rig.Server, static config => config with { CipherSuites = [CipherSuite.ChaCha20Poly1305Sha256] }), true),
        ["another protocol"] = (static rig =>
        {
            rig.Client = Then(rig.Client, static config => config with { ApplicationProtocols = [new DtlsApplicationProtocol("a")] });
            rig.Server = Then(rig.Server, static config => config with { ApplicationProtocols = [new DtlsApplicationProtocol("a")] });
        }, true),
        ["the ticket is unknown"] = (static rig => rig.Protector = new DtlsTicketKeys(TestProviders.Default), false),
    };

    [Theory]
    [MemberData(nameof(Rejections))]
    public void Rejected_data_is_given_back_whole_and_in_order(string name)
    {
        using ResumptionRig rig = Rig();
        rig.Client = Then(rig.Client, static config => config with { CipherSuites = [CipherSuite.Aes128GcmSha256, CipherSuite.ChaCha20Poly1305Sha256] });
        using DtlsTicket ticket = rig.GetTicket();
        (Action<ResumptionRig> change, bool isResumed) = RejectionCases[name];
        change(rig);
        DtlsPair pair = rig.Begin(ticket);
        pair.Start();
        WriteAll(pair);
        Assert.Empty(Take(pair.Client.Connection.TakeRejectedEarlyData));
        pair.DriveUntil(() => pair.IsConnected);
        pair.Settle();
        rig.AssertResumed(isResumed);
        Assert.Equal(DtlsEarlyDataStatus.Rejected, pair.Client.Connection.EarlyDataStatus);
        Assert.Single(pair.Client.Log.Events, DtlsEventKind.EarlyDataDecided);
        Assert.Equal(Data, Take(pair.Client.Connection.TakeRejectedEarlyData));
        Assert.Empty(Take(pair.Server.Connection.TakeEarlyData));
        Assert.Empty(pair.Server.Log.Received);
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [9]));
        pair.Settle();
        Assert.Equal([9], Assert.Single(pair.Server.Log.Received));
    }

    [Fact]
    public void More_than_the_ticket_allows_is_not_written_and_not_taken()
    {
        using ResumptionRig rig = Rig();
        using DtlsTicket ticket = rig.GetTicket();
        DtlsPair pair = rig.Begin(ticket);
        pair.Start();
        Assert.Equal(DtlsWriteResult.TooLarge, pair.Client.Connection.WriteEarlyData(new byte[Limit + 1], pair.Network.Clock.Now, new byte[500], out _));
        Write(pair, new byte[Limit]);
        Assert.Equal(DtlsWriteResult.TooLarge, pair.Client.Connection.WriteEarlyData([1], pair.Network.Clock.Now, new byte[500], out _));

        // A client that counts otherwise.
        byte[] export = ticket.Export();
        Assert.Equal(Limit, export[10]);
        export[10]++;
        Assert.True(DtlsTicket.TryImport(export, out DtlsTicket? changed));
        using (changed)
        {
            DtlsPair greedy = rig.Begin(changed);
            greedy.Start();
            Write(greedy, new byte[Limit + 1]);
            greedy.DriveUntil(() => greedy.IsOver);
            Assert.Equal(AlertDescription.UnexpectedMessage, greedy.Client.Log.Failure!.Alert);
        }
    }

    [Fact]
    public void Nothing_is_sent_before_the_certificates_of_the_session_are_judged()
    {
        using ResumptionRig rig = Rig();
        using DtlsTicket ticket = rig.GetTicket();
        DtlsPair pair = rig.Begin(ticket);
        pair.Client.VerificationDelay = TimeSpan.FromSeconds(1);
        pair.Client.Verify = static connection => connection.PeerCertificates.Count == 2 ? null : AlertDescription.BadCertificate;
        pair.Start();
        Assert.Equal(0, pair.Network.DatagramsSent);
        Assert.Equal(DtlsEarlyDataStatus.None, pair.Client.Connection.EarlyDataStatus);
        pair.DriveUntil(() => pair.Network.DatagramsSent > 0);
        Assert.Equal(DtlsEarlyDataStatus.Pending, pair.Client.Connection.EarlyDataStatus);
        WriteAll(pair);
        pair.DriveUntil(() => pair.IsConnected);
        rig.AssertResumed(true);
        Assert.Equal(DtlsEarlyDataStatus.Accepted, pair.Client.Connection.EarlyDataStatus);
        Assert.Single(pair.Client.Log.Events, DtlsEventKind.CertificateVerificationRequired);
        Assert.Equal(2, pair.Client.Connection.PeerCertificates.Count);
    }

    [Fact]
    public void A_server_that_is_trusted_no_longer_gets_no_early_data_and_may_show_another_certificate()
    {
        using ResumptionRig rig = Rig();
        using DtlsTicket ticket = rig.GetTicket();
        DtlsPair pair = rig.Begin(ticket);
        int judged = 0;
        pair.Client.Verify = _ => judged++ == 0 ? AlertDescription.CertificateExpired : null;
        pair.DriveToConnected();
        rig.AssertResumed(false);
        Assert.Equal(2, judged);
        Assert.Equal(DtlsEarlyDataStatus.None, pair.Client.Connection.EarlyDataStatus);
    }

    [Fact]
    public void Sessions_with_a_client_certificate_have_none()
    {
        using ResumptionRig rig = Rig();
        rig.Client = Then(rig.Client, static config => config with { Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 1).ToCredential(config.Crypto)] });
        rig.Server = Then(rig.Server, static config => config with { ClientAuthentication = DtlsClientAuthentication.Required });
        using DtlsTicket ticket = rig.GetTicket();
        Assert.Equal(0u, ticket.MaxEarlyDataSize);
    }

    [Fact]
    public void Early_data_proves_no_address()
    {
        using ResumptionRig rig = Rig();
        using DtlsTicket ticket = rig.GetTicket();
        rig.Server = Then(rig.Server, static config => config with { MaxRetransmitTimeout = config.InitialRetransmitTimeout, MaxRetransmissions = 100 });
        DtlsPair pair = rig.Begin(ticket);
        long toServer = 0;
        long toClient = 0;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ClientAddress)
                toServer += datagram.Payload.Length;
            else
                toClient += datagram.Payload.Length;
            return datagram.Source == DtlsPair.ClientAddress;
        };
        pair.Start();
        WriteAll(pair);
        long received = toServer;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source != DtlsPair.ClientAddress)
                toClient += datagram.Payload.Length;
            return false; // the client never answers: it is not there
        };
        pair.Settle(TimeSpan.FromMinutes(5));
        Assert.NotEmpty(Take(pair.Server.Connection.TakeEarlyData));
        Assert.InRange(toClient, 1, 3 * received);
    }

    /// <summary>It comes right behind the ClientHello, and a driver answers events afterwards: all of it would be lost, though it was accepted.</summary>
    [Theory]
    [InlineData(Limit)]
    [InlineData(0)]
    public void It_waits_until_the_configuration_is_chosen(int limitOfListener)
    {
        using ResumptionRig rig = Rig();
        DtlsConfig? chosen = null;
        rig.Server = Then(rig.Server, config =>
        {
            chosen = config;
            return config with { ChooseByClientHello = true, MaxEarlyDataSize = limitOfListener };
        });
        DtlsPair first = rig.Begin(null);
        first.Server.Choose = _ => chosen;
        first.DriveToConnected();
        first.Settle();
        using DtlsTicket ticket = rig.TakeTicket();

        DtlsPair pair = rig.Begin(ticket);
        pair.Server.ChoiceDelay = TimeSpan.FromMilliseconds(300);
        pair.Server.Choose = _ => chosen;
        pair.Start();
        WriteAll(pair);
        pair.DriveUntil(() => pair.IsConnected);
        pair.Settle();
        rig.AssertResumed(true);
        Assert.Equal(DtlsEarlyDataStatus.Accepted, pair.Client.Connection.EarlyDataStatus);
        Assert.Equal(Data, Take(pair.Server.Connection.TakeEarlyData));
    }

    [Fact]
    public void What_waits_for_a_configuration_that_takes_none_is_dropped_and_given_back()
    {
        using ResumptionRig rig = Rig();
        DtlsConfig? chosen = null;
        rig.Server = Then(rig.Server, config =>
        {
            chosen = config;
            return config with { ChooseByClientHello = true };
        });
        DtlsPair first = rig.Begin(null);
        first.Server.Choose = _ => chosen;
        first.DriveToConnected();
        first.Settle();
        using DtlsTicket ticket = rig.TakeTicket();

        DtlsPair pair = rig.Begin(ticket);
        pair.Server.ChoiceDelay = TimeSpan.FromMilliseconds(300);
        pair.Server.Choose = _ => chosen! with { MaxEarlyDataSize = 0 };
        pair.Start();
        WriteAll(pair);
        pair.DriveUntil(() => pair.IsConnected);
        pair.Settle();
        rig.AssertResumed(true);
        Assert.Equal(Data, Take(pair.Client.Connection.TakeRejectedEarlyData));
        Assert.Empty(Take(pair.Server.Connection.TakeEarlyData));
        Assert.Equal((ulong)Data.Length, pair.Server.Log.Statistics.Discarded(DiscardReason.UnknownEpoch));
    }

    private static void AssertNotOffered(ResumptionRig rig, DtlsTicket ticket)
    {
        DtlsPair pair = rig.Begin(ticket);
        pair.Start();
        Assert.Equal(DtlsEarlyDataStatus.None, pair.Client.Connection.EarlyDataStatus);
        Assert.Equal(0u, pair.Client.Connection.EarlyDataLeft);
        Assert.Equal(DtlsWriteResult.NotConnected, pair.Client.Connection.WriteEarlyData([1], pair.Network.Clock.Now, new byte[100], out _));
        pair.DriveUntil(() => pair.IsConnected);
        rig.AssertResumed(true);
    }

    private static ResumptionRig Rig()
    {
        var record = new DtlsReplayRecord(DateTimeOffset.MinValue);
        return new ResumptionRig
        {
            Client = static config => config with { SendEarlyData = true },
            Server = config => config with { MaxEarlyDataSize = Limit, EarlyDataRecord = record },
        };
    }

    private static Func<DtlsConfig, DtlsConfig> Then(Func<DtlsConfig, DtlsConfig> first, Func<DtlsConfig, DtlsConfig> second) => config => second(first(config));

    private static void WriteAll(DtlsPair pair)
    {
        foreach (byte[] data in Data)
            Write(pair, data);
    }

    private static void Write(DtlsPair pair, byte[] data)
    {
        byte[] datagram = new byte[500];
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Connection.WriteEarlyData(data, pair.Network.Clock.Now, datagram, out int length));
        pair.Network.Send(DtlsPair.ClientAddress, DtlsPair.ServerAddress, datagram.AsSpan(0, length));
    }

    private static List<byte[]> Take(Func<byte[]?> take)
    {
        var taken = new List<byte[]>();
        while (take() is { } data)
            taken.Add(data);
        return taken;
    }
}
