using System;
using System.Linq;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>Where tickets come from: keys that change and are shared, a store, single use.</summary>
public sealed class TicketProtectorTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] State = [.. Enumerable.Range(0, 100).Select(static i => (byte)i)];

    [Fact]
    public void Every_bit_of_a_sealed_ticket_counts()
    {
        using var keys = new DtlsTicketKeys(TestProviders.Default);
        byte[] ticket = keys.Protect(State, Start, Start.AddDays(1))!;
        Assert.Equal(State, keys.Unprotect(ticket, Start));
        for (int i = 0; i < ticket.Length * 8; i++)
        {
            ticket[i / 8] ^= (byte)(1 << (i % 8));
            Assert.Null(keys.Unprotect(ticket, Start));
            ticket[i / 8] ^= (byte)(1 << (i % 8));
        }

        for (int length = 0; length < ticket.Length; length++)
            Assert.Null(keys.Unprotect(ticket.AsSpan(0, length), Start));
        Assert.NotEqual(ticket, keys.Protect(State, Start, Start.AddDays(1)));
    }

    [Fact]
    public void Keys_change_by_themselves_and_old_ones_go_when_their_tickets_have_expired()
    {
        using var keys = new DtlsTicketKeys(TestProviders.Default, TimeSpan.FromHours(12));
        byte[] first = keys.Protect(State, Start, Start.AddDays(7))!;
        DateTimeOffset now = Start;
        for (int i = 0; i < 40; i++)
        {
            now += TimeSpan.FromHours(12);
            keys.Protect(State, now, now.AddDays(7));
            Assert.InRange(keys.KeyCount, 2, 15);
            Assert.Equal(now < Start.AddDays(7), keys.Unprotect(first, now) is not null);
        }
    }

    [Fact]
    public void Servers_with_the_same_keys_read_each_others_tickets()
    {
        byte[] first = [.. Enumerable.Repeat((byte)1, DtlsTicketKeys.KeyLength)];
        byte[] second = [.. Enumerable.Repeat((byte)2, DtlsTicketKeys.KeyLength)];
        using var here = new DtlsTicketKeys(TestProviders.Default, first);
        using var there = new DtlsTicketKeys(TestProviders.Default, first);
        byte[] ticket = here.Protect(State, Start, Start.AddDays(1))!;
        Assert.Equal(State, there.Unprotect(ticket, Start));
        here.Rotate(second);
        byte[] newer = here.Protect(State, Start, Start.AddDays(1))!;
        Assert.Null(there.Unprotect(newer, Start));
        there.Rotate(second);
        Assert.Equal(State, there.Unprotect(newer, Start));
        Assert.Equal(State, there.Unprotect(ticket, Start));
        for (int i = 0; i < 100; i++)
            here.Rotate([.. Enumerable.Repeat((byte)(i + 3), DtlsTicketKeys.KeyLength)]);
        Assert.Equal(16, here.KeyCount);
        Assert.Null(here.Unprotect(ticket, Start));
    }

    [Fact]
    public void A_shared_key_opens_what_others_sealed_until_that_has_expired()
    {
        byte[] first = [.. Enumerable.Repeat((byte)1, DtlsTicketKeys.KeyLength)];
        byte[] second = [.. Enumerable.Repeat((byte)2, DtlsTicketKeys.KeyLength)];
        using var here = new DtlsTicketKeys(TestProviders.Default, first);
        byte[] ticket = here.Protect(State, Start, Start.AddDays(7))!;
        using var there = new DtlsTicketKeys(TestProviders.Default, first); // has sealed nothing with it
        there.Rotate(second);
        there.Protect(State, Start, Start.AddDays(1));
        Assert.Equal(State, there.Unprotect(ticket, Start));
        there.Protect(State, Start.AddDays(6), Start.AddDays(7));
        Assert.Equal(State, there.Unprotect(ticket, Start.AddDays(6)));
        there.Protect(State, Start.AddDays(7), Start.AddDays(8));
        Assert.Equal(1, there.KeyCount);
    }

    [Fact]
    public void A_ticket_that_no_ClientHello_has_room_for_is_not_kept()
    {
        using var rig = new ResumptionRig(protector: new LongTickets(16_384));
        rig.Connect(null);
        using (DtlsTicket ticket = rig.TakeTicket())
            rig.Connect(ticket);
        rig.AssertResumed(false);
        rig.Protector = new LongTickets(16_385);
        rig.Connect(null);
        Assert.Null(rig.ClientConnection.TakeTicket());
    }

    /// <summary>Makes tickets of a length and reads none.</summary>
    private sealed class LongTickets(int length) : IDtlsTicketProtector
    {
        public byte[]? Protect(ReadOnlySpan<byte> state, DateTimeOffset now, DateTimeOffset expires) => new byte[length];

        public byte[]? Unprotect(ReadOnlySpan<byte> ticket, DateTimeOffset now) => null;

        public bool TryUse(ReadOnlySpan<byte> ticket, DateTimeOffset issued, DateTimeOffset now, DateTimeOffset expires) => false;
    }

    [Fact]
    public void Disposed_keys_make_and_read_nothing()
    {
        var keys = new DtlsTicketKeys(TestProviders.Default);
        byte[] ticket = keys.Protect(State, Start, Start.AddDays(1))!;
        keys.Dispose();
        Assert.Null(keys.Unprotect(ticket, Start));
        Assert.Null(keys.Protect(State, Start, Start.AddDays(1)));
    }

    [Fact]
    public void A_store_gives_a_session_once_and_forgets_the_oldest()
    {
        using var store = new DtlsTicketStore(TestProviders.Default, capacity: 3);
        byte[][] tickets = [.. Enumerable.Range(0, 4).Select(_ => store.Protect(State, Start, Start.AddDays(1))!)];
        Assert.Equal(3, store.Count);
        Assert.Null(store.Unprotect(tickets[0], Start));
        Assert.Equal(State, store.Unprotect(tickets[1], Start));
        Assert.Equal(State, store.Unprotect(tickets[1], Start)); // looking is not using
        Assert.True(store.TryUse(tickets[1], Start, Start, Start.AddDays(1)));
        Assert.False(store.TryUse(tickets[1], Start, Start, Start.AddDays(1)));
        Assert.Null(store.Unprotect(tickets[1], Start));
        Assert.Null(store.Unprotect(tickets[2], Start.AddDays(1)));
        Assert.Null(store.Unprotect([1, 2, 3], Start));
        store.Dispose();
        Assert.Null(store.Protect(State, Start, Start.AddDays(1)));
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void A_record_accepts_once_and_nothing_when_it_is_full()
    {
        var record = new DtlsReplayRecord(Start, capacity: 2);
        Assert.True(record.TryAdd(Id(1), Start, Start.AddSeconds(10)));
        Assert.False(record.TryAdd(Id(1), Start, Start.AddSeconds(10)));
        Assert.True(record.TryAdd(Id(2), Start, Start.AddSeconds(20)));
        Assert.False(record.TryAdd(Id(3), Start.AddSeconds(9), Start.AddSeconds(20)));
        Assert.True(record.TryAdd(Id(3), Start.AddSeconds(10), Start.AddSeconds(20)));
        Assert.False(record.TryAdd(Id(2), Start.AddSeconds(19), Start.AddSeconds(20)));
        Assert.Equal(2, record.Count);

        // A clock that was ahead, and what was forgotten then.
        Assert.True(record.TryAdd(Id(4), Start.AddSeconds(100), Start.AddSeconds(110)));
        Assert.False(record.TryAdd(Id(3), Start.AddSeconds(15), Start.AddSeconds(20)));

        static byte[] Id(byte value) => [.. Enumerable.Repeat(value, 32)];
    }

    [Fact]
    public void A_ticket_for_one_use_that_is_older_than_the_record_is_not_used()
    {
        byte[] key = [.. Enumerable.Repeat((byte)7, 32)];
        using var before = new DtlsTicketKeys(TestProviders.Default, key);
        using var rig = new ResumptionRig(protector: before);
        using DtlsTicket ticket = rig.GetTicket();
        using var after = new DtlsTicketKeys(TestProviders.Default, key) { SingleUse = new DtlsReplayRecord(rig.Now.AddSeconds(1)) };
        rig.Protector = after;
        rig.Now += TimeSpan.FromHours(1);
        rig.Connect(ticket);
        rig.AssertResumed(false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_ticket_for_one_use_is_used_once(bool stored)
    {
        using IDisposable protector = stored
            ? new DtlsTicketStore(TestProviders.Default)
            : new DtlsTicketKeys(TestProviders.Default) { SingleUse = new DtlsReplayRecord(DateTimeOffset.MinValue) };
        using var rig = new ResumptionRig(protector: (IDtlsTicketProtector)protector);
        using DtlsTicket ticket = rig.GetTicket();
        rig.Connect(ticket);
        rig.AssertResumed(true);
        rig.Connect(ticket);
        rig.AssertResumed(false);
    }

    [Fact]
    public void Whoever_has_not_the_secret_uses_no_ticket_up()
    {
        using var store = new DtlsTicketStore(TestProviders.Default);
        using var rig = new ResumptionRig(protector: store);
        using DtlsTicket ticket = rig.GetTicket();
        byte[] export = ticket.Export();
        export[^1] ^= 1;
        Assert.True(DtlsTicket.TryImport(export, out DtlsTicket? stolen));
        using (stolen)
        {
            DtlsPair pair = rig.Begin(stolen);
            pair.Start();
            pair.DriveUntil(() => pair.IsOver);
        }

        rig.Connect(ticket);
        rig.AssertResumed(true);
    }
}
