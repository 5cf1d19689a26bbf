using System;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Tests.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>use_srtp and its keys (RFC 5764, RFC 7714).</summary>
public sealed class SrtpTests
{
    private const ushort UseSrtp = 14;
    private const SrtpProtectionProfile Sha80 = SrtpProtectionProfile.Aes128CmHmacSha1Tag80;
    private const SrtpProtectionProfile Sha32 = SrtpProtectionProfile.Aes128CmHmacSha1Tag32;
    private const SrtpProtectionProfile Gcm128 = SrtpProtectionProfile.AeadAes128Gcm;
    private const SrtpProtectionProfile Gcm256 = SrtpProtectionProfile.AeadAes256Gcm;

    [Theory]
    [InlineData(Sha80, 16, 14)]
    [InlineData(Sha32, 16, 14)]
    [InlineData(Gcm128, 16, 12)]
    [InlineData(Gcm256, 32, 12)]
    public void Both_sides_have_the_same_keys(SrtpProtectionProfile profile, int keyLength, int saltLength)
    {
        using DtlsPair pair = Make([profile], [profile]);
        pair.DriveToConnected();
        using SrtpKeys client = pair.Client.Connection.ExportSrtpKeys();
        using SrtpKeys server = pair.Server.Connection.ExportSrtpKeys();
        Assert.Equal(profile, client.Profile);

        // RFC 5764 §4.2: keys of client and server, then salts of client and server.
        byte[] expected = new byte[2 * (keyLength + saltLength)];
        pair.Server.Connection.ExportKeyingMaterial("EXTRACTOR-dtls_srtp"u8, default, expected);
        foreach (SrtpKeys keys in new[] { client, server })
        {
            Assert.Equal(expected.AsSpan(0, keyLength), keys.ClientKey);
            Assert.Equal(expected.AsSpan(keyLength, keyLength), keys.ServerKey);
            Assert.Equal(expected.AsSpan(2 * keyLength, saltLength), keys.ClientSalt);
            Assert.Equal(expected.AsSpan((2 * keyLength) + saltLength), keys.ServerSalt);
            Assert.Equal(saltLength, keys.ClientSalt.Length);
        }

        client.Dispose();
        Assert.Equal(-1, client.ClientKey.IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, client.ServerSalt.IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void The_servers_preference_decides()
    {
        using DtlsPair pair = Make([Sha80, Gcm128, Gcm256], [Gcm256, Gcm128]);
        pair.DriveToConnected();
        Assert.Equal(Gcm256, pair.Client.Connection.SrtpProfile);
        Assert.Equal(Gcm256, pair.Server.Connection.SrtpProfile);
    }

    /// <summary>RFC 5764 §4.1.1: the extension is left out, and the connection is an ordinary one.</summary>
    [Theory]
    [InlineData(Sha80, Gcm128)]
    [InlineData(Sha80, null)]
    [InlineData(null, Gcm128)]
    public void Without_a_common_profile_there_is_no_srtp(SrtpProtectionProfile? client, SrtpProtectionProfile? server)
    {
        using DtlsPair pair = Make(client is { } offered ? [offered] : [], server is { } accepted ? [accepted] : []);
        pair.DriveToConnected();
        foreach (DtlsConnection connection in new[] { pair.Client.Connection, pair.Server.Connection })
        {
            Assert.Equal(SrtpProtectionProfile.None, connection.SrtpProfile);
            Assert.Throws<InvalidOperationException>(connection.ExportSrtpKeys);
        }
    }

    /// <summary>RFC 5764 §4.1.3: a server that ignores the MKI answers with none.</summary>
    [Fact]
    public void A_server_ignores_the_clients_key_identifier()
    {
        using var rig = new HandshakeRig(With(Sha80), With(Sha80));
        Assert.False(rig.Offer(hello => ChangedHello.WithContent(hello, UseSrtp, static _ => [0, 2, 0, 1, 3, 7, 8, 9])).IsError);
        Assert.Equal(Sha80, rig.Server.SrtpProfile);
        Assert.Equal([0, 2, 0, 1, 0], rig.Answer(UseSrtp));
    }

    [Fact]
    public void A_server_skips_profiles_it_does_not_know()
    {
        using var rig = new HandshakeRig(With(Sha80), With(Sha80));
        Assert.False(rig.Offer(hello => ChangedHello.WithContent(hello, UseSrtp, static _ => [0, 6, 0x2A, 0x2A, 0, 1, 0, 5, 0])).IsError);
        Assert.Equal(Sha80, rig.Server.SrtpProfile);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0 })] // no profile
    [InlineData(new byte[] { 0, 1, 0, 0 })] // half a profile
    [InlineData(new byte[] { 0, 2, 0, 1 })] // no key identifier
    [InlineData(new byte[] { 0, 2, 0, 1, 1 })] // half a key identifier
    [InlineData(new byte[] { 0, 2, 0, 1, 0, 0 })] // a byte too many
    public void A_malformed_offer_is_refused(byte[] content)
    {
        using var rig = new HandshakeRig(With(Sha80), With(Sha80));
        ProtocolError error = rig.Offer(hello => ChangedHello.WithContent(hello, UseSrtp, _ => content));
        Assert.Equal(ProtocolError.MalformedExtension, error);
    }

    /// <summary>RFC 5764 §4.1.1: one profile of those offered. §4.1.3: an MKI that is not ours.</summary>
    [Theory]
    [InlineData(new byte[] { 0, 14, 0, 5, 0, 2, 0, 2, 0 })] // not offered
    [InlineData(new byte[] { 0, 14, 0, 7, 0, 4, 0, 1, 0, 7, 0 })] // two
    [InlineData(new byte[] { 0, 14, 0, 6, 0, 2, 0, 1, 1, 5 })] // a key identifier
    public void A_client_refuses_a_wrong_answer(byte[] extension)
    {
        using var rig = new HandshakeRig(With(Sha80, Gcm128), With(Sha80));
        Assert.Equal(new ProtocolError(DtlsFailureReason.InvalidSrtpProfile, AlertDescription.IllegalParameter), rig.AnswerWith(extension));
    }

    [Fact]
    public void A_client_refuses_an_answer_to_what_it_did_not_offer()
    {
        using var rig = new HandshakeRig();
        Assert.Equal(ProtocolError.UnexpectedExtension, rig.AnswerWith([0, 14, 0, 5, 0, 2, 0, 1, 0]));
    }

    [Theory]
    [InlineData(SrtpProtectionProfile.None)]
    [InlineData((SrtpProtectionProfile)0x0005)]
    public void Unknown_profiles_cannot_be_configured(SrtpProtectionProfile profile)
    {
        var config = new DtlsConfig { Crypto = TestProviders.Default, SrtpProfiles = [profile] };
        Assert.Equal(nameof(DtlsConfig.SrtpProfiles), Assert.Throws<ArgumentException>(config.Validate).ParamName);
    }

    [Fact]
    public void A_profile_cannot_be_configured_twice()
    {
        var config = new DtlsConfig { Crypto = TestProviders.Default, SrtpProfiles = [Sha80, Gcm128, Sha80] };
        Assert.Throws<ArgumentException>(config.Validate);
    }

    private static Func<DtlsConfig, DtlsConfig> With(params SrtpProtectionProfile[] profiles) => config => config with { SrtpProfiles = profiles };

    private static DtlsPair Make(SrtpProtectionProfile[] client, SrtpProtectionProfile[] server) => DtlsPair.Create(
        client: config => config with { SrtpProfiles = client },
        server: config => config with { SrtpProfiles = server });
}
