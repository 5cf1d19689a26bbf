using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

/// <summary>Keys that sign and never show themselves, as those in hardware do.</summary>
public class HardwareKeyTests
{
    [Fact]
    public async Task A_key_that_cannot_be_exported_works_on_both_sides()
    {
        using var serverKey = new ShyKey();
        using var clientKey = new ShyKey();
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Credentials = [DtlsCredentialLoader.FromKey(serverKey)];
            options.ClientAuthentication = DtlsClientAuthentication.Required;
            options.PeerCertificateTypes = [DtlsCertificateType.RawPublicKey];
            options.Trust = PeerTrust.PublicKeyHashes(SHA256.HashData(clientKey.ExportSubjectPublicKeyInfo()));
        });
        await loopback.ConnectPairAsync(options =>
        {
            options.Credentials = [DtlsCredentialLoader.FromKey(clientKey)];
            options.PeerCertificateTypes = [DtlsCertificateType.RawPublicKey];
            options.Trust = PeerTrust.PublicKeyHashes(SHA256.HashData(serverKey.ExportSubjectPublicKeyInfo()));
        });
        Assert.Equal(1, serverKey.Signatures);
        Assert.Equal(1, clientKey.Signatures);
    }

    [Fact]
    public async Task A_certificate_and_a_key_in_hardware_make_a_credential()
    {
        using var key = new ShyKey();
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            var request = new CertificateRequest(new X500DistinguishedName("CN=server"), new PublicKey(key), HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            using X509Certificate2 certificate = request.Create(authority.Certificate, TestAuthority.NotBefore, TestAuthority.NotAfter, [0x77, 1]);
            options.Credentials = [new DtlsCredential([certificate.RawData], new AsymmetricKeySigner(key))];
        });
        await loopback.ConnectPairAsync();
        Assert.Equal(1, key.Signatures);
    }

    /// <summary>A callback that answers with something else than a signature of this key is found out here, with a clear error.</summary>
    [Fact]
    public async Task A_signature_of_another_key_is_told_from_the_right_one()
    {
        var failed = new TaskCompletionSource<DtlsException>();
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            options.Credentials = [DtlsCredentialLoader.ForExternalKey(authority.Issue(["localhost"]), [SignatureScheme.EcdsaSecp256r1Sha256])];
            options.SigningCallback = (request, _) => new ValueTask<byte[]>(other.SignData(request.Content.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            options.HandshakeFailed = (_, failure) => failed.TrySetResult(failure);
        });
        await loopback.FailToConnectAsync();
        DtlsException server = await failed.Task.WaitAsync(Loopback.HangGuard);
        Assert.Equal(DtlsFailureReason.SigningFailed, server.Reason);
        Assert.Contains("not of the credential's key", server.Message, StringComparison.Ordinal);
    }

    /// <summary>An ECDSA key whose private half stays where it is.</summary>
    private sealed class ShyKey : ECDsa
    {
        private readonly ECDsa _inner = Create(ECCurve.NamedCurves.nistP256);

        public int Signatures { get; private set; }

        public override int KeySize => _inner.KeySize;

        public override byte[] SignHash(byte[] hash)
        {
            Signatures++;
            return _inner.SignHash(hash);
        }

        public override bool VerifyHash(byte[] hash, byte[] signature) => _inner.VerifyHash(hash, signature);

        public override ECParameters ExportParameters(bool includePrivateParameters) =>
            includePrivateParameters ? throw new CryptographicException("The key does not leave the hardware.") : _inner.ExportParameters(false);

        protected override void Dispose(bool disposing)
        {
            _inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
