using System.Security.Cryptography;
using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>Bare public keys (RFC 7250) on real sockets: whom a pin lets in.</summary>
public class BareKeyTests
{
    private static readonly DtlsCertificateType[] BareKeys = [DtlsCertificateType.RawPublicKey];

    [Fact]
    public async Task Two_devices_know_each_other_by_their_keys_alone()
    {
        using ECDsa serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA clientKey = RSA.Create(2048);
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Credentials = [DtlsCredentialLoader.FromKey(serverKey)];
            options.ClientAuthentication = DtlsClientAuthentication.Required;
            options.PeerCertificateTypes = BareKeys;
            options.Trust = PeerTrust.PublicKeyHashes(Pin(clientKey));
        });
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            options.Credentials = [DtlsCredentialLoader.FromKey(clientKey)];
            options.PeerCertificateTypes = BareKeys;
            options.Trust = PeerTrust.PublicKeyHashes(Pin(serverKey));
        });
        Assert.Equal(serverKey.ExportSubjectPublicKeyInfo(), client.PeerPublicKey.ToArray());
        Assert.Equal(clientKey.ExportSubjectPublicKeyInfo(), server.PeerPublicKey.ToArray());
        Assert.Empty(client.PeerCertificates);
        Assert.Null(server.GetPeerCertificate());
        await client.SendAsync(new byte[] { 1 });
        Assert.Equal([1], await server.ReadAsync());
    }

    [Fact]
    public async Task A_key_that_is_not_pinned_is_refused()
    {
        using ECDsa serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using Loopback loopback = Loopback.Start((options, _) => options.Credentials = [DtlsCredentialLoader.FromKey(serverKey)]);
        DtlsException exception = await loopback.FailToConnectAsync(static options =>
        {
            options.PeerCertificateTypes = BareKeys;
            options.Trust = PeerTrust.PublicKeyHashes(new byte[32]);
        });
        Assert.Equal(DtlsFailureReason.CertificateRejected, exception.Reason);
        Assert.Equal(CertificateProblem.PinMismatch, exception.CertificateProblem);
        Assert.Contains(Convert.ToHexStringLower(Pin(serverKey).Span), exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Without a pin there is nobody who could say that a key is the right one.</summary>
    [Fact]
    public async Task Bare_keys_are_not_asked_for_without_a_pin()
    {
        await using Loopback loopback = Loopback.Start();
        foreach (PeerTrust trust in new[] { PeerTrust.SystemRoots, loopback.Authority.Trust, PeerTrust.CertificateFingerprints(new byte[32]) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => loopback.ConnectAsync(options =>
            {
                options.PeerCertificateTypes = BareKeys;
                options.Trust = trust;
            }));
        }
    }

    /// <summary>The last word on the engine's configuration does not get a bare key past a trust that cannot judge one.</summary>
    [Fact]
    public async Task The_engines_configuration_does_not_open_a_way_round_the_pins()
    {
        await using Loopback loopback = Loopback.Start();
        await Assert.ThrowsAsync<ArgumentException>(() => loopback.ConnectAsync(static options =>
            options.ConfigureEngine = static config => config with { PeerCertificateTypes = BareKeys }));
    }

    /// <summary>A check of the application looks at certificates: it cannot be passed by without being asked.</summary>
    [Fact]
    public async Task A_bare_key_is_refused_where_the_application_has_a_check_of_its_own()
    {
        using ECDsa serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using Loopback loopback = Loopback.Start((options, _) => options.Credentials = [DtlsCredentialLoader.FromKey(serverKey)]);
        DtlsException exception = await loopback.FailToConnectAsync(options =>
        {
            options.PeerCertificateTypes = BareKeys;
            options.Trust = PeerTrust.PublicKeyHashes(Pin(serverKey));
            options.AdditionalCertificateCheck = static _ => true;
        });
        Assert.Equal(CertificateProblem.RefusedByApplication, exception.CertificateProblem);
    }

    [Fact]
    public async Task A_pinned_key_is_good_in_a_certificate_and_by_itself()
    {
        using ECDsa serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DtlsCredential? certificate = null;
        ReadOnlyMemory<byte> certificatePin = default;
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            using var issued = authority.Issue(["localhost"]);
            certificatePin = SHA256.HashData(issued.PublicKey.ExportSubjectPublicKeyInfo());
            certificate = DtlsCredentialLoader.FromCertificate(issued);
            options.Credentials = [DtlsCredentialLoader.FromKey(serverKey), certificate];
        });
        foreach (DtlsCertificateType type in Enum.GetValues<DtlsCertificateType>())
        {
            DtlsChannel client = await loopback.ConnectAsync(options =>
            {
                options.PeerCertificateTypes = [type];
                options.Trust = PeerTrust.PublicKeyHashes(Pin(serverKey), certificatePin);
            });
            Assert.Equal(type == DtlsCertificateType.RawPublicKey, client.PeerCertificates.Count == 0);
        }
    }

    [Fact]
    public async Task A_resumed_session_keeps_the_key()
    {
        using ECDsa serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var keys = new DtlsTicketKeys(Sockets.Dtls.Crypto.CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Credentials = [DtlsCredentialLoader.FromKey(serverKey)];
            options.Tickets = keys;
        });
        for (int i = 0; i < 2; i++)
        {
            (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
            {
                options.PeerCertificateTypes = BareKeys;
                options.Trust = PeerTrust.PublicKeyHashes(Pin(serverKey));
                options.Tickets = cache;
            });
            await server.SendAsync(new byte[] { 1 });
            Assert.Equal([1], await client.ReadAsync()); // the tickets came before it
            _ = client.Statistics; // not before the loop has dealt with all that came with it
            Assert.Equal(i == 1, client.IsResumed);
            Assert.Equal(serverKey.ExportSubjectPublicKeyInfo(), client.PeerPublicKey.ToArray());
        }
    }

    [Fact]
    public void Keys_come_from_PEM_texts()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DtlsCredential credential = DtlsCredentialLoader.FromPublicKeyPem(key.ExportSubjectPublicKeyInfoPem(), key.ExportPkcs8PrivateKeyPem());
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), credential.CertificateChain[0].ToArray());
        Assert.Throws<CryptographicException>(() => DtlsCredentialLoader.FromPublicKeyPem(other.ExportSubjectPublicKeyInfoPem(), key.ExportPkcs8PrivateKeyPem()));
        Assert.Throws<CryptographicException>(() => DtlsCredentialLoader.FromPublicKeyPem("", key.ExportPkcs8PrivateKeyPem()));
    }

    private static ReadOnlyMemory<byte> Pin(AsymmetricAlgorithm key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo());
}
