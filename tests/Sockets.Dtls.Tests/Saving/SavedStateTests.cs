using System;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Saving;

/// <summary>What a saved state is when it is not what was saved.</summary>
public sealed class SavedStateTests
{
    [Fact]
    public void Every_byte_of_it_is_authenticated()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Server);
        for (int i = 0; i < state.Length; i++)
        {
            state[i] ^= 0x40;
            Assert.Equal(DtlsRestoreResult.Invalid, rig.Restore(DtlsRole.Server, state));
            state[i] ^= 0x40;
        }

        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Server, state)); // none of that has used it up
    }

    [Fact]
    public void It_has_one_length()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Client);
        for (int length = 0; length < state.Length; length++)
            Assert.Equal(DtlsRestoreResult.Invalid, rig.Restore(DtlsRole.Client, state.AsSpan(0, length)));
        Assert.Equal(DtlsRestoreResult.Invalid, rig.Restore(DtlsRole.Client, [.. state, 0]));
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Client, state));
    }

    [Fact]
    public void Another_key_opens_nothing()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Client);
        using var other = new DtlsStateProtector(TestProviders.Default, new byte[DtlsStateProtector.KeyLength], SavingRig.Record());
        Assert.Equal(DtlsRestoreResult.Invalid, rig.Restore(DtlsRole.Client, other, state, out _));
    }

    [Fact]
    public void A_ticket_is_no_state_and_a_state_is_no_ticket()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Server);

        // The same key for both, which nobody should do.
        using var tickets = new DtlsTicketKeys(TestProviders.Default, SavingRig.Key);
        byte[] ticket = tickets.Protect(rig.Protector.Open(state)!, rig.Now, rig.Now + TimeSpan.FromHours(1))!;
        Assert.Equal(DtlsRestoreResult.Invalid, rig.Restore(DtlsRole.Server, ticket));
        Assert.Null(tickets.Unprotect(state, rig.Now));

        // Not even with the other's beginning put in front of it.
        byte[] dressed = [.. state[..^ticket.Length], .. ticket];
        Assert.Equal(DtlsRestoreResult.Invalid, rig.Restore(DtlsRole.Server, dressed));
        byte[] disguised = [.. ticket[..32], .. state[32..]];
        Assert.Null(tickets.Unprotect(disguised, rig.Now));
    }

    [Fact]
    public void It_expires()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Client);
        DateTimeOffset saved = rig.Now;
        rig.Now = saved + rig.Protector.Lifetime;
        Assert.Equal(DtlsRestoreResult.Expired, rig.Restore(DtlsRole.Client, state));

        // A clock that went back: the record may have forgotten what it knew.
        rig.Now = saved - TimeSpan.FromTicks(1);
        Assert.Equal(DtlsRestoreResult.Expired, rig.Restore(DtlsRole.Client, state));
        rig.Now = saved + rig.Protector.Lifetime - TimeSpan.FromTicks(1);
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Client, state));
    }

    [Fact]
    public void A_configuration_without_its_suite_does_not_use_it_up()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Client);
        DtlsConfig other = rig.ClientConfig with { CipherSuites = [CipherSuite.Aes256GcmSha384] };
        Assert.Equal(DtlsRestoreResult.Incompatible, DtlsConnection.TryRestore(other, rig.Protector, state, rig.Time, out DtlsConnection? none));
        Assert.Null(none);
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Client, state));
    }

    [Fact]
    public void What_was_saved_before_the_record_began_may_have_been_restored()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Client);
        using var young = new DtlsStateProtector(TestProviders.Default, SavingRig.Key, new DtlsReplayRecord(rig.Now + TimeSpan.FromTicks(1)));
        Assert.Equal(DtlsRestoreResult.AlreadyRestored, rig.Restore(DtlsRole.Client, young, state, out _));
        using var old = new DtlsStateProtector(TestProviders.Default, SavingRig.Key, new DtlsReplayRecord(rig.Now));
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Client, old, state, out _));
    }

    [Fact]
    public void Connection_ids_of_another_length_do_not_use_it_up()
    {
        using SavingRig rig = new SavingRig(
            client: config => config with { ConnectionIdLength = 6 }, server: config => config with { ConnectionIdLength = 0 }).Connect();
        foreach (DtlsRole role in (DtlsRole[])[DtlsRole.Client, DtlsRole.Server])
        {
            byte[] state = rig.Save(role);
            DtlsConfig other = rig.Config(role) with { ConnectionIdLength = 7 };
            Assert.Equal(DtlsRestoreResult.Incompatible, DtlsConnection.TryRestore(other, rig.Protector, state, rig.Time, out _));
            Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(role, state));
        }

        rig.AssertAlive();
    }

    [Fact]
    public void It_shows_no_secret()
    {
        var secrets = new TrafficSecrets();
        using SavingRig rig = new SavingRig(client: config => config with { DangerousKeyLog = secrets.Add }).Connect();
        byte[] state = rig.Save(DtlsRole.Client);
        foreach (string label in (string[])["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"])
        {
            Assert.Equal(-1, state.AsSpan().IndexOf(secrets[label]));
            Assert.NotEqual(-1, rig.Protector.Open(state).AsSpan().IndexOf(secrets[label])); // or the search finds nothing
        }
    }

    [Fact]
    public void Two_states_of_one_connection_have_different_names()
    {
        using SavingRig rig = new SavingRig().Connect();
        rig.SaveAndRestore(DtlsRole.Client);
        rig.SaveAndRestore(DtlsRole.Client);
        rig.SaveAndRestore(DtlsRole.Server);
        rig.AssertAlive();
    }

    [Fact]
    public void Without_its_key_a_protector_does_nothing()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Client);
        rig.Protector.Dispose();
        Assert.Equal(DtlsRestoreResult.Invalid, rig.Restore(DtlsRole.Client, state));
        Assert.Throws<ObjectDisposedException>(() => rig.Pair.Server.Connection.TrySave(rig.Protector, rig.Time, out _));
        Assert.Equal(DtlsState.Connected, rig.Pair.Server.Connection.State);
    }
}
