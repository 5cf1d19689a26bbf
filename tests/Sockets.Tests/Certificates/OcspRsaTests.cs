using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Certificates;

namespace Sockets.Tests;

/// <summary>OCSP responses of issuers with RSA keys, and what the parameters of RSA-PSS (RFC 4055 §3.1) may be.</summary>
public sealed class OcspRsaTests : IDisposable
{
    private const string Sha1 = "1.3.14.3.2.26";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Sha384 = "2.16.840.1.101.3.4.2.2";
    private const string Sha512 = "2.16.840.1.101.3.4.2.3";

    private static readonly DateTimeOffset Now = OcspResponder.Now;

    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _issuer;
    private readonly X509Certificate2 _certificate;

    public OcspRsaTests()
    {
        var root = new CertificateRequest("CN=rsa root", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _issuer = root.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
        var leaf = new CertificateRequest("CN=leaf", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        _certificate = leaf.Create(_issuer, Now.AddDays(-1), Now.AddDays(1), [1, 2, 3]);
    }

    [Theory]
    [InlineData(Sha256)]
    [InlineData(Sha384)]
    [InlineData(Sha512)]
    public void Pss_with_one_hash_for_all_is_good(string hash)
    {
        foreach (bool withNull in new[] { true, false })
            Assert.True(IsGood(Pss(hash, hash, SaltOf(hash), withNull), NameOf(hash), RSASignaturePadding.Pss));
    }

    /// <summary>The signature itself is a good one of SHA-256, with 32 bytes of salt.</summary>
    [Theory]
    [InlineData(Sha256, Sha384, 32)]
    [InlineData(Sha256, Sha1, 32)]
    [InlineData(Sha256, Sha256, 20)]
    [InlineData(Sha256, Sha256, 0)]
    [InlineData(Sha256, Sha256, -1)]
    [InlineData(Sha384, Sha384, 48)]
    [InlineData(Sha1, Sha1, 20)]
    public void Parameters_that_say_something_else_are_refused(string hash, string mask, int salt) =>
        Assert.False(IsGood(Pss(hash, mask, salt), HashAlgorithmName.SHA256, RSASignaturePadding.Pss));

    /// <summary>The defaults are SHA-1, and what is left out says so.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Parameters_that_are_missing_or_too_many_are_refused(int flaw)
    {
        byte[] algorithm = flaw == 5 ? Identifier("1.2.840.113549.1.1.10", static _ => { }) : Pss(Sha256, Sha256, 32, flaw: flaw);
        Assert.False(IsGood(algorithm, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
    }

    [Fact]
    public void Another_padding_than_is_said_is_refused()
    {
        Assert.True(IsGood(Identifier("1.2.840.113549.1.1.11", static writer => writer.WriteNull()), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.False(IsGood(Identifier("1.2.840.113549.1.1.11", static writer => writer.WriteNull()), HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.False(IsGood(Pss(Sha256, Sha256, 32), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.False(IsGood(Identifier("1.3.101.112", static _ => { }), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)); // Ed25519, of which the platform has nothing
    }

    [Fact]
    public void A_signature_over_something_else_is_refused() =>
        Assert.False(IsGood(Pss(Sha256, Sha256, 32), HashAlgorithmName.SHA256, RSASignaturePadding.Pss, static data => [.. data, 0]));

    public void Dispose()
    {
        _certificate.Dispose();
        _issuer.Dispose();
        _key.Dispose();
    }

    private bool IsGood(byte[] algorithm, HashAlgorithmName hash, RSASignaturePadding padding, Func<byte[], byte[]>? change = null)
    {
        byte[] response = new OcspResponder(_issuer)
        {
            Algorithm = algorithm,
            Sign = data => _key.SignData(change?.Invoke(data) ?? data, hash, padding),
        }.Answer(_certificate);
        var findings = new List<CertificateFinding>();
        DateTimeOffset? end = OcspCheck.Judge(response, _certificate, _issuer, Now, findings);
        Assert.Equal(end is null, findings.Count > 0);
        return end is not null;
    }

    private static HashAlgorithmName NameOf(string hash) => hash switch
    {
        Sha256 => HashAlgorithmName.SHA256,
        Sha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    private static int SaltOf(string hash) => hash switch
    {
        Sha256 => 32,
        Sha384 => 48,
        _ => 64,
    };

    /// <param name="hash">Of the message.</param>
    /// <param name="mask">Of the mask.</param>
    /// <param name="salt">Its length.</param>
    /// <param name="withNull">Whether hashes have parameters of their own, which say nothing.</param>
    /// <param name="flaw">0 to 2: this field is left out; 3: another mask; 4: a trailer.</param>
    private static byte[] Pss(string hash, string mask, int salt, bool withNull = true, int flaw = -1) => Identifier("1.2.840.113549.1.1.10", writer =>
    {
        using (writer.PushSequence())
        {
            if (flaw != 0)
            {
                using (Field(0))
                    WriteHash(hash);
            }

            if (flaw != 1)
            {
                using (Field(1))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(flaw == 3 ? "1.2.840.113549.1.1.7" : "1.2.840.113549.1.1.8");
                    WriteHash(mask);
                }
            }

            if (flaw != 2)
            {
                using (Field(2))
                    writer.WriteInteger(salt);
            }

            if (flaw == 4)
            {
                using (Field(3))
                    writer.WriteInteger(2);
            }
        }

        AsnWriter.Scope Field(int tag) => writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag, true));

        void WriteHash(string identifier)
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(identifier);
                if (withNull)
                    writer.WriteNull();
            }
        }
    });

    private static byte[] Identifier(string identifier, Action<AsnWriter> writeParameters)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(identifier);
            writeParameters(writer);
        }

        return writer.Encode();
    }
}
