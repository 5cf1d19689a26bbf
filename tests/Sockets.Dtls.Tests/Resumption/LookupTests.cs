using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>Lookups that take time: the same handshakes as without, only later, and nothing that a late or a missing answer can do.</summary>
public sealed class LookupTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_is_looked_up(bool useEndpoint)
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        using ResumptionRig rig = PskRig([key], useEndpoint);
        DtlsPair pair = rig.Begin(null);
        AnswerKeys(pair.Server, _ => key);
        pair.DriveToConnected();
        pair.Settle();
        Assert.Equal(key.Identity.ToArray(), rig.ServerConnection.PskIdentity.ToArray());
        Assert.Equal(1, pair.Server.Log.Count(DtlsEventKind.LookupRequired));
        Assert.Null(pair.Server.Connection.PendingLookup);
    }

    [Fact]
    public void An_identity_that_nobody_knows_is_answered_as_a_wrong_key_is()
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        using ResumptionRig rig = PskRig([key]);
        foreach (Func<DtlsPreSharedKey?> answer in (Func<DtlsPreSharedKey?>[])[() => null, () => Key("device 1", 2), () => Key("device 2", 1)])
        {
            DtlsPair pair = rig.Begin(null);
            AnswerKeys(pair.Server, _ => answer());
            pair.Start();
            pair.Settle(TimeSpan.FromSeconds(5));
            Assert.Equal(DtlsFailureReason.InvalidBinder, pair.Server.Log.Failure?.Reason);
            Assert.Equal(AlertDescription.DecryptError, pair.Server.Log.Failure?.Alert);
        }
    }

    [Fact]
    public void Each_identity_is_asked_for_once_and_only_so_many()
    {
        DtlsPreSharedKey[] keys = [.. Enumerable.Range(1, 10).Select(i => Key($"device {i}", (byte)i))];
        using ResumptionRig rig = PskRig(keys);
        DtlsPair pair = rig.Begin(null);
        var asked = new List<byte[]>();
        AnswerKeys(pair.Server, identity =>
        {
            asked.Add(identity);
            return null;
        });
        pair.Start();
        pair.Settle(TimeSpan.FromSeconds(30));
        Assert.Equal(keys[..4].Select(key => key.Identity.ToArray()), asked);
        Assert.True(pair.Server.Log.IsClosed);
    }

    [Fact]
    public void A_ticket_is_opened_and_used_and_its_early_data_recorded()
    {
        using ResumptionRig rig = TicketRig(DtlsLookupKinds.All);
        using DtlsTicket ticket = Full(rig);
        var kinds = new List<DtlsLookupKinds>();
        DtlsPair pair = rig.Begin(ticket);
        AnswerTickets(rig, pair.Server, lookup => kinds.Add(lookup.Kind));
        pair.Start();
        WriteEarly(pair, [1, 2, 3]);
        pair.DriveUntil(() => pair.IsConnected);
        pair.Settle();
        Assert.Equal([DtlsLookupKinds.OpenTicket, DtlsLookupKinds.UseTicket, DtlsLookupKinds.RecordEarlyData], kinds);
        Assert.True(pair.Server.Connection.IsResumed);
        Assert.Equal(DtlsEarlyDataStatus.Accepted, pair.Client.Connection.EarlyDataStatus);
        Assert.Equal([1, 2, 3], pair.Server.Connection.TakeEarlyData()); // it came while the server was asking
        Assert.Null(pair.Server.Connection.TakeEarlyData());
    }

    [Fact]
    public void Early_data_that_was_seen_before_is_given_back()
    {
        using ResumptionRig rig = TicketRig(DtlsLookupKinds.RecordEarlyData);
        using DtlsTicket ticket = Full(rig);
        DtlsPair pair = rig.Begin(ticket);
        AnswerTickets(rig, pair.Server, isFirst: kind => kind != DtlsLookupKinds.RecordEarlyData);
        pair.Start();
        WriteEarly(pair, [1, 2, 3]);
        pair.DriveUntil(() => pair.IsConnected);
        pair.Settle();
        Assert.True(pair.Server.Connection.IsResumed);
        Assert.Equal(DtlsEarlyDataStatus.Rejected, pair.Client.Connection.EarlyDataStatus);
        Assert.Null(pair.Server.Connection.TakeEarlyData());
        Assert.Equal([1, 2, 3], pair.Client.Connection.TakeRejectedEarlyData());
    }

    [Theory]
    [InlineData(DtlsLookupKinds.OpenTicket)]
    [InlineData(DtlsLookupKinds.UseTicket)]
    public void A_ticket_that_is_refused_means_a_full_handshake(DtlsLookupKinds kind)
    {
        using ResumptionRig rig = TicketRig(kind);
        using DtlsTicket ticket = Full(rig);
        DtlsPair pair = rig.Begin(ticket);
        AnswerTickets(rig, pair.Server, isFirst: _ => false, opens: false);
        pair.DriveToConnected();
        Assert.False(pair.Server.Connection.IsResumed);
        Assert.False(pair.Client.Connection.IsResumed);
        Assert.Equal(1, pair.Server.Log.Count(DtlsEventKind.LookupRequired));
    }

    [Fact]
    public void An_answer_that_never_comes_ends_with_the_handshakes_time()
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        using ResumptionRig rig = PskRig([key]);
        rig.Client = Then(rig.Client, config => config with { HandshakeTimeout = TimeSpan.FromHours(1), MaxRetransmissions = 255 });
        DtlsPair pair = rig.Begin(null);
        pair.Start();
        DtlsLookup? lookup = null;
        pair.Server.LookUp = (_, asked) => lookup = asked;
        pair.Settle(TimeSpan.FromSeconds(59));
        Assert.Equal(DtlsState.WaitLookup, pair.Server.Connection.State);
        Assert.Equal(1, pair.Server.Log.Count(DtlsEventKind.LookupRequired)); // retransmissions ask nothing
        pair.Settle(TimeSpan.FromSeconds(2));
        Assert.Equal(DtlsFailureReason.HandshakeTimeout, pair.Server.Log.Failure?.Reason);
        Assert.Null(pair.Server.Connection.PendingLookup);

        // Now it comes.
        pair.Server.Connection.CompletePreSharedKeyLookup(lookup!, key, pair.Network.Clock.Now);
        Assert.Equal(DtlsState.Failed, pair.Server.Connection.State);
        Assert.False(pair.Server.Connection.PollEvent(out _));
    }

    [Fact]
    public void An_answer_counts_once_and_for_what_was_asked()
    {
        using DtlsPreSharedKey one = Key("device 1", 1);
        using DtlsPreSharedKey two = Key("device 2", 2);
        using ResumptionRig rig = PskRig([one, two]);
        DtlsPair pair = rig.Begin(null);
        pair.Start();
        var asked = new List<DtlsLookup>();
        pair.Server.LookUp = (_, lookup) => asked.Add(lookup);
        pair.DriveUntil(() => asked.Count == 1);
        DtlsConnection server = pair.Server.Connection;
        Assert.Throws<InvalidOperationException>(() => server.CompleteTicketLookup(asked[0], [1], default));
        Assert.Throws<InvalidOperationException>(() => server.CompleteUseLookup(asked[0], true, default));
        server.CompletePreSharedKeyLookup(asked[0], null, pair.Network.Clock.Now);
        pair.Server.Drain();
        Assert.Equal(2, asked.Count);

        // The first one's answer again, while the second is waited for.
        Assert.Throws<InvalidOperationException>(() => server.CompletePreSharedKeyLookup(asked[0], one, default));
        server.CompletePreSharedKeyLookup(asked[1], two, pair.Network.Clock.Now);
        Assert.Throws<InvalidOperationException>(() => server.CompletePreSharedKeyLookup(asked[1], two, default));
        pair.Server.Drain();
        pair.DriveUntil(() => pair.IsConnected);
        Assert.Equal(two.Identity.ToArray(), server.PskIdentity.ToArray());
        Assert.Throws<InvalidOperationException>(() => server.CompletePreSharedKeyLookup(asked[1], two, default));
    }

    [Fact]
    public void The_key_of_a_session_is_looked_up_too()
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        using ResumptionRig rig = PskRig([key]);
        DtlsPair first = rig.Begin(null);
        AnswerKeys(first.Server, _ => key);
        first.DriveToConnected();
        first.Settle();
        using DtlsTicket ticket = rig.TakeTicket();

        // As long as it is known the session can be resumed, and no longer.
        foreach (bool isKnown in (bool[])[true, false])
        {
            DtlsPair pair = rig.Begin(ticket);
            AnswerKeys(pair.Server, identity => isKnown && identity.AsSpan().SequenceEqual(key.Identity.Span) ? key : null);
            pair.Start();
            pair.Settle(TimeSpan.FromSeconds(10));
            Assert.Equal(isKnown, pair.Server.Connection.IsResumed);
            Assert.Equal(isKnown, pair.IsConnected);
        }
    }

    private static Func<DtlsConfig, DtlsConfig> Then(Func<DtlsConfig, DtlsConfig> first, Func<DtlsConfig, DtlsConfig> second) => config => second(first(config));

    private static DtlsPreSharedKey Key(string identity, byte seed) =>
        new(System.Text.Encoding.ASCII.GetBytes(identity), [.. Enumerable.Repeat(seed, 32)]);

    private static ResumptionRig PskRig(DtlsPreSharedKey[] ofClient, bool useEndpoint = false) => new()
    {
        UseEndpoint = useEndpoint,
        Client = config => config with { PreSharedKeys = ofClient, CipherSuites = [CipherSuite.Aes128GcmSha256] },
        Server = config => config with { Credentials = [], DeferredLookups = DtlsLookupKinds.PreSharedKey },
    };

    private static ResumptionRig TicketRig(DtlsLookupKinds kinds)
    {
        var rig = new ResumptionRig();
        rig.Client = config => config with { SendEarlyData = true };
        rig.Server = config => config with
        {
            DeferredLookups = kinds,
            MaxEarlyDataSize = 100,
            EarlyDataRecord = new DtlsReplayRecord(rig.Now),
        };
        return rig;
    }

    private static DtlsTicket Full(ResumptionRig rig)
    {
        DtlsPair pair = rig.Begin(null);
        pair.DriveToConnected();
        pair.Settle();
        return rig.TakeTicket();
    }

    private static void WriteEarly(DtlsPair pair, byte[] data)
    {
        byte[] buffer = new byte[100];
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Connection.WriteEarlyData(data, pair.Network.Clock.Now, buffer, out int length));
        pair.Network.Send(DtlsPair.ClientAddress, DtlsPair.ServerAddress, buffer.AsSpan(0, length));
    }

    private static void AnswerKeys(DtlsNode server, Func<byte[], DtlsPreSharedKey?> find)
    {
        server.LookupDelay = Delay;
        server.LookUp = (connection, lookup) =>
        {
            Assert.Equal(DtlsLookupKinds.PreSharedKey, lookup.Kind);
            connection.CompletePreSharedKeyLookup(lookup, find(lookup.Identity.ToArray()), server.Now);
        };
    }

    private static void AnswerTickets(
        ResumptionRig rig, DtlsNode server, Action<DtlsLookup>? seen = null, Func<DtlsLookupKinds, bool>? isFirst = null, bool opens = true)
    {
        server.LookupDelay = Delay;
        server.LookUp = (connection, lookup) =>
        {
            seen?.Invoke(lookup);
            if (lookup.Kind == DtlsLookupKinds.OpenTicket)
                connection.CompleteTicketLookup(lookup, opens ? rig.Protector.Unprotect(lookup.Identity.Span, rig.Now) : null, server.Now);
            else if (lookup.Kind == DtlsLookupKinds.PreSharedKey)
                connection.CompletePreSharedKeyLookup(lookup, null, server.Now);
            else
                connection.CompleteUseLookup(lookup, isFirst?.Invoke(lookup.Kind) ?? true, server.Now);
        };
    }
}
