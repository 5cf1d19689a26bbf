using System;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Saving;

/// <summary>Connections whose configuration the client's name had chosen: it chooses again where they go on.</summary>
public sealed class ChosenConfigurationTests
{
    private static readonly DtlsApplicationProtocol Protocol = new("p");

    [Fact]
    public void The_name_and_the_protocol_choose_again()
    {
        using SavingRig rig = Connect();
        byte[] state = rig.Save(DtlsRole.Server);
        DtlsClientHelloInfo? asked = null;
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Server, rig.Protector, state, out DtlsConnection? restored, hello =>
        {
            asked = hello;
            return Chosen(rig) with { IdleTimeout = TimeSpan.FromMinutes(3) };
        }));
        Assert.Equal("a.example", asked!.ServerName);
        Assert.Equal([Protocol], asked.ApplicationProtocols);
        rig.AssertAlive();

        // Authentication after the handshake, which the server's own configuration does not have, works to its end.
        Assert.True(restored!.RequestClientCertificate(rig.Time, out int id));
        rig.Pair.Server.Drain();
        rig.Pair.Settle(TimeSpan.FromMinutes(1));
        DtlsClientAuthenticationResult result = restored.TakeClientAuthentication()!;
        Assert.Equal(id, result.RequestId);
        Assert.True(result.IsAuthenticated);

        // And so do the limits of the choice.
        rig.Pair.Settle(TimeSpan.FromMinutes(4));
        Assert.True(rig.Pair.Server.Log.IsClosed);
    }

    /// <summary>However often it goes on elsewhere.</summary>
    [Fact]
    public void What_was_restored_by_its_name_can_be_saved_and_restored_by_it_again()
    {
        using SavingRig rig = Connect();
        for (int i = 0; i < 3; i++)
        {
            byte[] state = rig.Save(DtlsRole.Server);
            bool isAsked = false;
            Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Server, rig.Protector, state, out _, hello =>
            {
                isAsked = hello.ServerName == "a.example";
                return Chosen(rig);
            }));
            Assert.True(isAsked);
            rig.AssertAlive();
        }
    }

    [Fact]
    public void A_name_that_is_not_served_any_more_does_not_use_the_state_up()
    {
        using SavingRig rig = Connect();
        byte[] state = rig.Save(DtlsRole.Server);
        Assert.Equal(DtlsRestoreResult.NameNotServed, rig.Restore(DtlsRole.Server, rig.Protector, state, out DtlsConnection? refused, static _ => null));
        Assert.Null(refused);
        Assert.Throws<InvalidOperationException>(() => rig.Restore(DtlsRole.Server, rig.Protector, state, out _, static _ => throw new InvalidOperationException("the application's")));
        Assert.Throws<ArgumentException>("choose", () => rig.Restore(DtlsRole.Server, rig.Protector, state, out _));
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Server, rig.Protector, state, out _, _ => Chosen(rig)));
        rig.AssertAlive();
    }

    /// <summary>Who was let in without a certificate is not one of those that must have one.</summary>
    [Fact]
    public void A_choice_that_wants_a_certificate_is_not_for_those_that_showed_none()
    {
        using SavingRig rig = Connect();
        byte[] state = rig.Save(DtlsRole.Server);
        Assert.Equal(
            DtlsRestoreResult.Incompatible,
            rig.Restore(DtlsRole.Server, rig.Protector, state, out _, _ => Chosen(rig) with { ClientAuthentication = DtlsClientAuthentication.Required }));

        using SavingRig known = Connect(DtlsClientAuthentication.Required);
        state = known.Save(DtlsRole.Server);
        Assert.Equal(
            DtlsRestoreResult.Restored,
            known.Restore(DtlsRole.Server, known.Protector, state, out _, _ => Chosen(known) with { ClientAuthentication = DtlsClientAuthentication.Required }));
        known.AssertAlive();
    }

    /// <summary>What was agreed on before the choice cannot be chosen, here neither.</summary>
    [Fact]
    public void The_choice_may_not_differ_in_what_was_agreed_on_before_it()
    {
        using SavingRig rig = Connect();
        byte[] state = rig.Save(DtlsRole.Server);
        Assert.Throws<ArgumentException>(
            nameof(DtlsConfig.ConnectionIdLength),
            () => rig.Restore(DtlsRole.Server, rig.Protector, state, out _, _ => Chosen(rig) with { ConnectionIdLength = 7 }));
    }

    /// <summary>Its own configuration may be a weaker one than the name's was.</summary>
    [Fact]
    public void An_endpoint_that_does_not_choose_takes_none_that_was_chosen()
    {
        using SavingRig rig = Connect();
        byte[] state = rig.Save(DtlsRole.Server);
        using (var endpoint = new DtlsEndpoint(new DtlsEndpointConfig { Server = Chosen(rig) }))
        {
            Assert.Equal(DtlsRestoreResult.Incompatible, endpoint.TryRestore(null, rig.Protector, state, rig.Time, out _));
            Assert.Equal(0, endpoint.ConnectionCount);
        }

        using (var endpoint = new DtlsEndpoint(new DtlsEndpointConfig { Server = rig.ServerConfig }))
        {
            Assert.Equal(DtlsRestoreResult.NameNotServed, endpoint.TryRestore(null, rig.Protector, state, rig.Time, out _, choose: static _ => null));
            Assert.Equal(0, endpoint.Admission.Statistics.Connections);
            Assert.Equal(DtlsRestoreResult.Restored, endpoint.TryRestore(null, rig.Protector, state, rig.Time, out DtlsConnection? restored, choose: _ => Chosen(rig)));
            Assert.True(restored!.CanRequestClientCertificate);
        }
    }

    /// <summary>The form before this one told not whether there was a choice; nothing of it is opened.</summary>
    [Fact]
    public void A_state_in_the_form_of_an_older_version_is_none()
    {
        using SavingRig rig = Connect();
        byte[] state = rig.Save(DtlsRole.Server);
        int version = "dtls association ".Length;
        Assert.Equal((byte)'2', state[version]);
        state[version] = (byte)'1';
        Assert.Equal(DtlsRestoreResult.Invalid, rig.Restore(DtlsRole.Server, rig.Protector, state, out _, _ => throw new InvalidOperationException("It was opened.")));
    }

    private static SavingRig Connect(DtlsClientAuthentication authentication = DtlsClientAuthentication.None)
    {
        var rig = new SavingRig(
            client: static config => config with
            {
                ServerName = "a.example",
                ApplicationProtocols = [new DtlsApplicationProtocol("other"), Protocol],
                Credentials = [TestCertificates.EcdsaP384.ToCredential(config.Crypto)],
                PostHandshakeAuthentication = true,
            },
            server: static config => config with { Credentials = [], ChooseByClientHello = true });
        rig.Pair.Server.Choose = _ => Chosen(rig) with { ClientAuthentication = authentication };
        return rig.Connect();
    }

    private static DtlsConfig Chosen(SavingRig rig) => rig.ServerConfig with
    {
        ChooseByClientHello = false,
        Credentials = [TestCertificates.EcdsaP256.ToCredential(rig.ServerConfig.Crypto)],
        ApplicationProtocols = [Protocol],
        PostHandshakeAuthentication = true,
    };
}
