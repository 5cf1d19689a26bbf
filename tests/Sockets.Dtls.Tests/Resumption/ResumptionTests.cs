using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>Sessions that are resumed with a ticket and a fresh key exchange (RFC 8446 §2.2, §4.2.11, §4.6.1).</summary>
public sealed class ResumptionTests
{
    [Theory]
    [InlineData(CipherSuite.Aes128GcmSha256, false)]
    [InlineData(CipherSuite.Aes256GcmSha384, false)]
    [InlineData(CipherSuite.ChaCha20Poly1305Sha256, true)]
    [InlineData(CipherSuite.Aes256GcmSha384, true)]
    public void A_ticket_saves_certificate_and_signature(CipherSuite suite, bool useEndpoint)
    {
        foreach (CryptoProvider provider in TestProviders.All.Where(provider => provider.CipherSuites.Contains(suite)))
        {
            using var rig = new ResumptionRig(provider)
            {
                UseEndpoint = useEndpoint,
                Client = config => config with { CipherSuites = [suite] },
            };
            using DtlsTicket ticket = rig.GetTicket();
            Assert.Equal(suite, ticket.CipherSuite);
            rig.Now += TimeSpan.FromHours(1);
            rig.Connect(ticket);
            rig.AssertResumed(true);
            Assert.Equal(useEndpoint, rig.ClientConnection.UsedHelloRetryRequest);
            Assert.DoesNotContain(DtlsEventKind.SignatureRequired, rig.Pair.Server.Log.Events);
            Assert.NotEqual(NamedGroup.None, rig.ClientConnection.Group);
            Assert.Equal(TestCertificates.EcdsaP256.Leaf.ToArray(), rig.ClientConnection.PeerCertificates[0].ToArray());
        }
    }

    [Fact]
    public void A_resumed_session_gives_tickets_of_its_own()
    {
        using var rig = new ResumptionRig();
        DtlsTicket ticket = rig.GetTicket();
        for (int i = 0; i < 5; i++)
        {
            rig.Connect(ticket);
            rig.AssertResumed(true);
            DtlsTicket next = rig.TakeTicket();
            Assert.NotEqual(ticket.Export(), next.Export());
            ticket.Dispose();
            ticket = next;
        }

        ticket.Dispose();
    }

    [Fact]
    public void Tickets_of_one_session_differ_and_are_as_many_as_configured()
    {
        using var rig = new ResumptionRig { Server = static config => config with { TicketCount = 3 } };
        rig.Connect(null);
        Assert.Equal(3, rig.Pair.Client.Log.Count(DtlsEventKind.TicketReceived));
        var tickets = new List<string>();
        while (rig.ClientConnection.TakeTicket() is { } ticket)
            tickets.Add(Convert.ToHexString(ticket.Secret));
        Assert.Equal(3, tickets.Distinct().Count());
        using var silent = new ResumptionRig { Server = static config => config with { TicketCount = 0 } };
        silent.Connect(null);
        Assert.Null(silent.ClientConnection.TakeTicket());
    }

    [Fact]
    public void A_client_that_asks_for_none_gets_none()
    {
        using var rig = new ResumptionRig { Client = static config => config with { RequestTickets = false } };
        rig.Connect(null);
        Assert.DoesNotContain(DtlsEventKind.TicketReceived, rig.Pair.Client.Log.Events);
    }

    [Fact]
    public void A_ticket_that_is_lost_is_sent_again_and_the_keys_change_all_the_same()
    {
        using var rig = new ResumptionRig();
        DtlsPair pair = rig.Begin(null);
        int dropped = 0;
        pair.Start();
        pair.DriveUntil(() => pair.IsConnected);

        // Before anything is on its way to the client: the acknowledgement and the tickets vanish twice.
        pair.Client.Inbound.Options = new NetemOptions { Loss = 100 };
        Assert.True(pair.Server.RequestKeyUpdate(pair.Server.Connection, false));
        pair.Network.OnDeliver = datagram => datagram.Destination != DtlsPair.ClientAddress || ++dropped > 3;
        pair.Client.Inbound.Options = NetemOptions.Perfect;
        pair.Settle(TimeSpan.FromSeconds(30));
        Assert.Equal(2, pair.Client.Log.Count(DtlsEventKind.TicketReceived));
        Assert.Equal(1, pair.Client.Log.Count(DtlsEventKind.ReadKeyUpdated));
        Assert.True(dropped > 3);
        using DtlsTicket ticket = rig.TakeTicket();
        rig.Connect(ticket);
        rig.AssertResumed(true);
    }

    [Fact]
    public void Tickets_that_never_arrive_cost_nothing_but_themselves()
    {
        using var rig = new ResumptionRig();
        DtlsPair pair = rig.Begin(null);
        pair.Start();
        pair.DriveUntil(() => pair.Server.Log is { IsConnected: true });
        pair.Network.OnSend = static datagram => datagram.Source != DtlsPair.ClientAddress;
        pair.Settle(TimeSpan.FromMinutes(20));
        Assert.Equal(DtlsState.Connected, pair.Server.Connection.State);
        pair.Network.OnSend = null;
        Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(pair.Server.Connection, [9]));
        pair.Settle();
        Assert.Equal([9], Assert.Single(pair.Client.Log.Received));
    }

    [Fact]
    public void Without_the_secret_a_ticket_is_answered_with_decrypt_error()
    {
        using var rig = new ResumptionRig();
        using DtlsTicket ticket = rig.GetTicket();
        byte[] export = ticket.Export();
        export[^1] ^= 1; // the secret is the last field
        Assert.True(DtlsTicket.TryImport(export, out DtlsTicket? wrong));
        using (wrong)
        {
            DtlsPair pair = rig.Begin(wrong);
            pair.Start();
            pair.DriveUntil(() => pair.IsOver);
            Assert.Equal(DtlsFailureReason.InvalidBinder, pair.Server.Log.Failure!.Reason);
            Assert.Equal(AlertDescription.DecryptError, pair.Client.Log.Failure!.Alert);
        }
    }

    [Fact]
    public void A_ticket_nobody_knows_costs_a_full_handshake()
    {
        using var rig = new ResumptionRig();
        using DtlsTicket ticket = rig.GetTicket();
        rig.Protector = new DtlsTicketKeys(TestProviders.Default);
        rig.Connect(ticket);
        rig.AssertResumed(false);
    }

    public static TheoryData<string> Mismatches() => [.. MismatchCases.Keys];

    private static readonly Dictionary<string, Action<ResumptionRig>> MismatchCases = new()
    {
        ["expired"] = static rig => rig.Now += TimeSpan.FromDays(1),
        ["the clock has gone back"] = static rig => rig.Now -= TimeSpan.FromDays(1),
        ["another name"] = static rig => rig.Client = static config => config with { ServerName = "b.example" },
        ["no name"] = static rig => rig.Client = static config => config with { ServerName = null },
        ["another policy"] = static rig => rig.Server = static config => config with { ClientAuthentication = DtlsClientAuthentication.Requested },
        ["another trust"] = static rig => rig.Server = static config => config with { TicketContext = new byte[] { 1 } },
        ["another hash"] = static rig => rig.Client = static config => config with { CipherSuites = [CipherSuite.Aes256GcmSha384] },
        ["another hash, chosen by the server"] = static rig =>
        {
            rig.Client = static config => config with { CipherSuites = [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384] };
            rig.Server = static config => config with { CipherSuites = [CipherSuite.Aes256GcmSha384] };
        },
        ["a server without tickets"] = static rig => rig.Server = static config => config with { TicketProtector = null },
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void What_a_ticket_is_not_good_for_takes_a_full_handshake(string name)
    {
        using var rig = new ResumptionRig { Client = static config => config with { CipherSuites = [CipherSuite.Aes128GcmSha256] } };
        using DtlsTicket ticket = rig.GetTicket();
        MismatchCases[name](rig);
        rig.Connect(ticket);
        rig.AssertResumed(false);
    }

    [Fact]
    public void The_server_judges_by_itself_what_a_ticket_is_good_for()
    {
        // The client is led to believe that its ticket is for another name and for longer.
        using var rig = new ResumptionRig { Server = static config => config with { TicketLifetime = TimeSpan.FromMinutes(1) } };
        using DtlsTicket real = rig.GetTicket();
        using DtlsTicket renamed = Rewrite(real, "b.example", real.Expires);
        using DtlsTicket prolonged = Rewrite(real, "a.example", real.Expires + TimeSpan.FromDays(1));
        rig.Client = static config => config with { ServerName = "b.example" };
        rig.Connect(renamed);
        rig.AssertResumed(false);
        rig.Client = static config => config;
        rig.Connect(prolonged);
        rig.AssertResumed(true);
        rig.Now += TimeSpan.FromMinutes(1);
        rig.Connect(prolonged);
        rig.AssertResumed(false);
    }

    [Fact]
    public void Resumption_from_resumption_ends_after_seven_days()
    {
        using var rig = new ResumptionRig { Server = static config => config with { TicketLifetime = TimeSpan.FromDays(2) } };
        DtlsTicket? ticket = rig.GetTicket();
        DateTimeOffset start = rig.Now;
        int resumed = 0;
        while (ticket is not null && rig.Now - start < TimeSpan.FromDays(20))
        {
            rig.Now += TimeSpan.FromDays(1.9);
            rig.Connect(ticket);
            if (!rig.ClientConnection.IsResumed)
                break;
            resumed++;
            ticket.Dispose();
            ticket = rig.ClientConnection.TakeTicket();
            Assert.True(ticket is null || ticket.Expires <= start.AddDays(7));
        }

        Assert.Equal(3, resumed);
        ticket?.Dispose();
    }

    [Fact]
    public void A_retry_for_another_hash_drops_the_offer()
    {
        // The ticket is of SHA-256; the server comes to prefer SHA-384 and asks for another group on the way.
        using var rig = new ResumptionRig
        {
            Client = static config => config with { CipherSuites = [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384], Groups = [NamedGroup.Secp256r1, NamedGroup.Secp384r1] },
            Server = static config => config with { CipherSuites = [CipherSuite.Aes128GcmSha256] },
        };
        using DtlsTicket ticket = rig.GetTicket();
        rig.Server = static config => config with { CipherSuites = [CipherSuite.Aes256GcmSha384], Groups = [NamedGroup.Secp384r1] };
        rig.Connect(ticket);
        Assert.True(rig.ClientConnection.UsedHelloRetryRequest);
        rig.AssertResumed(false);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_binder_covers_the_retry(bool useEndpoint)
    {
        using var rig = new ResumptionRig
        {
            UseEndpoint = useEndpoint,
            Client = static config => config with { Groups = [NamedGroup.Secp256r1, NamedGroup.Secp384r1] },
            Server = static config => config with { Groups = [NamedGroup.Secp384r1] },
        };
        using DtlsTicket ticket = rig.GetTicket();
        rig.Connect(ticket);
        Assert.True(rig.ClientConnection.UsedHelloRetryRequest);
        rig.AssertResumed(true);
    }

    [Fact]
    public void Exporters_differ_between_a_session_and_its_resumption_and_agree_between_both_ends()
    {
        using var rig = new ResumptionRig();
        byte[] first = new byte[32];
        using DtlsTicket ticket = rig.GetTicket();
        rig.ClientConnection.ExportKeyingMaterial("EXPERIMENTAL test"u8, default, first);
        rig.Connect(ticket);
        byte[] second = new byte[32];
        byte[] third = new byte[32];
        rig.ClientConnection.ExportKeyingMaterial("EXPERIMENTAL test"u8, default, second);
        rig.ServerConnection.ExportKeyingMaterial("EXPERIMENTAL test"u8, default, third);
        Assert.Equal(second, third);
        Assert.NotEqual(first, second);
    }

    private static DtlsTicket Rewrite(DtlsTicket ticket, string name, DateTimeOffset expires)
    {
        var copy = new DtlsTicket(ticket.CipherSuite, ticket.Secret.Length, ticket.Identity, ticket.PeerCertificates)
        {
            ServerName = name,
            Received = ticket.Received,
            Expires = expires,
            AgeAdd = ticket.AgeAdd,
        };
        ticket.Secret.CopyTo(copy.Secret);
        return copy;
    }
}
