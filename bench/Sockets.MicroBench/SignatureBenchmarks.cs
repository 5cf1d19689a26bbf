using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>A CertificateVerify signed, and verified.</summary>
[MemoryDiagnoser]
public class SignatureBenchmarks
{
    // The first key of RFC 8032 §7.1, in the shapes of RFC 8410: .NET cannot make one.
    private const string Ed25519Private = "302E020100300506032B6570042204209D61B19DEFFD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60";
    private const string Ed25519Public = "302A300506032B6570032100D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A";

    private readonly byte[] _data = new byte[64 + 34 + 32];
    private CryptoProvider _provider = null!;
    private DtlsSigner _signer = null!;
    private byte[] _publicKey = null!;
    private byte[] _signature = null!;

    [ParamsSource(nameof(Signatures))]
    public SchemeOfProvider Signature { get; set; } = null!;

    public static IEnumerable<SchemeOfProvider> Signatures =>
        from provider in BenchmarkProviders.OfHandshakes
        from scheme in new[] { SignatureScheme.EcdsaSecp256r1Sha256, SignatureScheme.EcdsaSecp384r1Sha384, SignatureScheme.RsaPssRsaeSha256, SignatureScheme.Ed25519 }
        where BenchmarkProviders.Get(provider).SignatureSchemes.Contains(scheme)
        select new SchemeOfProvider(provider, scheme);

    [GlobalSetup]
    public void Setup()
    {
        _provider = BenchmarkProviders.Get(Signature.Provider);
        (byte[] privateKey, _publicKey) = MakeKey(Signature.Scheme);
        _signer = _provider.ImportPrivateKey(privateKey);
        _signature = Sign();
        if (!Verify())
            throw new InvalidOperationException("The signature does not verify.");
    }

    [GlobalCleanup]
    public void Cleanup() => _signer.Dispose();

    [Benchmark(Baseline = true)]
    public byte[] Sign() => _signer.Sign(Signature.Scheme, _data);

    [Benchmark]
    public bool Verify() => _provider.VerifySignature(Signature.Scheme, _publicKey, _data, _signature);

    private static (byte[] PrivateKey, byte[] PublicKey) MakeKey(SignatureScheme scheme)
    {
        if (scheme == SignatureScheme.Ed25519)
            return (Convert.FromHexString(Ed25519Private), Convert.FromHexString(Ed25519Public));
        using AsymmetricAlgorithm key = scheme switch
        {
            SignatureScheme.EcdsaSecp256r1Sha256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            SignatureScheme.EcdsaSecp384r1Sha384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            _ => RSA.Create(2048),
        };
        return (key.ExportPkcs8PrivateKey(), key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>A provider and a scheme that it has.</summary>
    public sealed record SchemeOfProvider(BenchmarkProvider Provider, SignatureScheme Scheme)
    {
        // Short enough not to be cut in a table.
        public override string ToString() => $"{Provider} " + Scheme switch
        {
            SignatureScheme.EcdsaSecp256r1Sha256 => "ECDSA P-256",
            SignatureScheme.EcdsaSecp384r1Sha384 => "ECDSA P-384",
            SignatureScheme.RsaPssRsaeSha256 => "RSA-PSS",
            _ => Scheme.ToString(),
        };
    }
}
