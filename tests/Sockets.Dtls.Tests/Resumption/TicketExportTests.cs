using System;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>Tickets as bytes.</summary>
public sealed class TicketExportTests
{
    [Fact]
    public void A_ticket_survives_the_process()
    {
        using var rig = new ResumptionRig();
        using DtlsTicket ticket = rig.GetTicket();
        Assert.True(DtlsTicket.TryImport(ticket.Export(), out DtlsTicket? copy));
        using (copy)
        {
            Assert.Equal(ticket.Export(), copy.Export());
            Assert.Equal("a.example", copy.ServerName);
            ticket.Dispose();
            rig.Now += TimeSpan.FromMinutes(5);
            rig.Connect(copy);
            rig.AssertResumed(true);
        }
    }

    [Fact]
    public void What_was_cut_or_is_something_else_is_not_imported()
    {
        using var rig = new ResumptionRig();
        using DtlsTicket ticket = rig.GetTicket();
        byte[] export = ticket.Export();
        for (int length = 0; length < export.Length; length++)
            Assert.False(DtlsTicket.TryImport(export.AsSpan(0, length), out _));
        Assert.False(DtlsTicket.TryImport([.. export, 0], out _));
        for (int i = 0; i < export.Length; i++)
        {
            byte[] changed = [.. export];
            changed[i] ^= 0xFF;
            DtlsTicket.TryImport(changed, out DtlsTicket? other); // whatever it is, no exception
            other?.Dispose();
        }
    }

    [Fact]
    public void Disposing_zeroes_the_secret()
    {
        using var rig = new ResumptionRig();
        DtlsTicket ticket = rig.GetTicket();
        Assert.True(ticket.Secret.ContainsAnyExcept((byte)0));
        ticket.Dispose();
        Assert.False(ticket.Secret.ContainsAnyExcept((byte)0));
        Assert.False(ticket.IsUsable(rig.Now));
        Assert.Throws<ObjectDisposedException>(ticket.Export);
        rig.Connect(ticket);
        rig.AssertResumed(false);
    }
}
