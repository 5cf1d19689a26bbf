using System;
using System.Text;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>Keys that both ends were given beforehand (RFC 8446 §2.2, §4.2.11, RFC 9257), without any certificate.</summary>
public sealed class ExternalPskTests
{
    [Theory]
    [InlineData(HashKind.Sha256, false)]
    [InlineData(HashKind.Sha384, false)]
    [InlineData(HashKind.Sha256, true)]
    public void Devices_need_no_certificate(HashKind hash, bool useEndpoint)
    {
        CipherSuite suite = hash == HashKind.Sha256 ? CipherSuite.Aes128GcmSha256 : CipherSuite.Aes256GcmSha384;
        using DtlsPreSharedKey key = Key("device 1", 1, hash);
        using ResumptionRig rig = Rig([key], [Key("device 0", 0, hash), key], useEndpoint);
        rig.Client = Then(rig.Client, config => config with { CipherSuites = [suite] });
        rig.Connect(null);
        rig.AssertResumed(false);
        Assert.Equal("device 1", Encoding.ASCII.GetString(rig.ServerConnection.PskIdentity.Span));
        Assert.Equal("device 1", Encoding.ASCII.GetString(rig.ClientConnection.PskIdentity.Span));
        Assert.Empty(rig.ClientConnection.PeerCertificates);
        Assert.NotEqual(NamedGroup.None, rig.ClientConnection.Group);
        Assert.DoesNotContain(DtlsEventKind.CertificateVerificationRequired, rig.Pair.Client.Log.Events);
        Assert.DoesNotContain(DtlsEventKind.SignatureRequired, rig.Pair.Server.Log.Events);
    }

    [Fact]
    public void The_first_identity_that_is_known_is_taken()
    {
        using DtlsPreSharedKey first = Key("unknown", 1);
        using DtlsPreSharedKey second = Key("known", 2);
        using ResumptionRig rig = Rig([first, second], [second]);
        rig.Connect(null);
        Assert.Equal("known", Encoding.ASCII.GetString(rig.ClientConnection.PskIdentity.Span));
    }

    [Fact]
    public void Keys_may_be_looked_up()
    {
        using DtlsPreSharedKey key = Key("device 7", 7);
        using ResumptionRig rig = Rig([key], []);
        rig.Server = Then(rig.Server, config => config with
        {
            FindPreSharedKey = identity => Encoding.ASCII.GetString(identity.Span) == "device 7" ? key : null,
        });
        rig.Connect(null);
        Assert.Equal("device 7", Encoding.ASCII.GetString(rig.ServerConnection.PskIdentity.Span));
    }

    [Theory]
    [InlineData("device 1")]
    [InlineData("nobody")]
    public void A_wrong_key_and_an_unknown_identity_look_the_same(string identity)
    {
        using DtlsPreSharedKey wrong = Key(identity, 9);
        using DtlsPreSharedKey right = Key("device 1", 1);
        using ResumptionRig rig = Rig([wrong], [right]);
        DtlsPair pair = rig.Begin(null);
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(DtlsFailureReason.InvalidBinder, pair.Server.Log.Failure!.Reason);
        Assert.Equal(AlertDescription.DecryptError, pair.Client.Log.Failure!.Alert);
    }

    [Fact]
    public void A_client_with_keys_accepts_no_certificate_instead()
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        using ResumptionRig rig = Rig([key], []);
        rig.Server = static config => config; // has a certificate and knows no keys
        DtlsPair pair = rig.Begin(null);
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(DtlsFailureReason.NoCommonPreSharedKey, pair.Client.Log.Failure!.Reason);
        Assert.DoesNotContain(DtlsEventKind.CertificateVerificationRequired, pair.Client.Log.Events);
    }

    [Fact]
    public void A_server_with_both_serves_clients_of_either_kind()
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        using ResumptionRig rig = Rig([key], []);
        rig.Server = config => config with { PreSharedKeys = [key] };
        rig.Connect(null);
        Assert.False(rig.ClientConnection.PskIdentity.IsEmpty);
        rig.Client = static config => config;
        rig.Connect(null);
        Assert.True(rig.ClientConnection.PskIdentity.IsEmpty);
        Assert.NotEmpty(rig.ClientConnection.PeerCertificates);
    }

    [Fact]
    public void A_session_that_began_with_a_key_is_resumed_as_long_as_both_have_the_key()
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        using DtlsPreSharedKey other = Key("device 2", 2);
        using ResumptionRig rig = Rig([key], [key, other]);
        using DtlsTicket ticket = rig.GetTicket();
        rig.Connect(ticket);
        rig.AssertResumed(true);
        Assert.Equal("device 1", Encoding.ASCII.GetString(rig.ServerConnection.PskIdentity.Span));
        using ResumptionRig client = Rig([other], [key, other], protector: rig.Protector);
        client.Connect(ticket);
        client.AssertResumed(false);
        using ResumptionRig server = Rig([key, other], [other], protector: rig.Protector);
        server.Connect(ticket);
        server.AssertResumed(false);
        Assert.Equal("device 2", Encoding.ASCII.GetString(server.ServerConnection.PskIdentity.Span));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_key_without_exchange_takes_both_ends_consent(bool client, bool server)
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        using ResumptionRig rig = Rig([key], [key]);
        rig.Client = Then(rig.Client, config => config with { AllowPskWithoutExchange = client, OfferKeyExchange = !client });
        rig.Server = Then(rig.Server, config => config with { AllowPskWithoutExchange = server });
        if (client && !server)
        {
            DtlsPair pair = rig.Begin(null);
            pair.Start();
            pair.DriveUntil(() => pair.IsOver);
            Assert.Equal(AlertDescription.MissingExtension, pair.Client.Log.Failure!.Alert);
            return;
        }

        rig.Connect(null);
        Assert.Equal(client, rig.ClientConnection.Group == NamedGroup.None);
        using DtlsTicket ticket = rig.TakeTicket();
        rig.Connect(ticket);
        rig.AssertResumed(true);
    }

    [Fact]
    public void A_disposed_key_is_no_key()
    {
        using DtlsPreSharedKey key = Key("device 1", 1);
        DtlsPreSharedKey gone = Key("device 1", 1);
        using ResumptionRig rig = Rig([key], [gone]);
        gone.Dispose();
        DtlsPair pair = rig.Begin(null);
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(DtlsFailureReason.InvalidBinder, pair.Server.Log.Failure!.Reason);
    }

    private static ResumptionRig Rig(DtlsPreSharedKey[] client, DtlsPreSharedKey[] server, bool useEndpoint = false, IDtlsTicketProtector? protector = null) =>
        new(protector: protector)
        {
            UseEndpoint = useEndpoint,
            Client = config => config with { PreSharedKeys = client },
            Server = config => config with { PreSharedKeys = server, Credentials = [] },
        };

    private static Func<DtlsConfig, DtlsConfig> Then(Func<DtlsConfig, DtlsConfig> first, Func<DtlsConfig, DtlsConfig> second) => config => second(first(config));

    private static DtlsPreSharedKey Key(string identity, byte value, HashKind hash = HashKind.Sha256)
    {
        byte[] key = new byte[32];
        key.AsSpan().Fill(value);
        return new DtlsPreSharedKey(Encoding.ASCII.GetBytes(identity), key, hash);
    }
}
