using System;
using System.Linq;
using NSec.Cryptography;
using Sockets.Crypto.NSec;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.OpenSsl;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>What is its own about the provider of NSec: the shared suite runs over it as over all.</summary>
public sealed class NSecProviderTests
{
    [Fact]
    public void It_adds_to_the_platform_what_that_lacks()
    {
        CryptoProvider provider = NSecCryptoProvider.Create(BclCryptoProvider.Instance);
        Assert.Equal(NamedGroup.X25519, provider.Groups.First(static group => group != NamedGroup.X25519MLKEM768));
        Assert.Equal(BclCryptoProvider.Instance.Groups, provider.Groups.Skip(1));
        Assert.Contains(SignatureScheme.Ed25519, provider.SignatureSchemes);
        Assert.Equal(BclCryptoProvider.Instance.CipherSuites, provider.CipherSuites);
        Assert.Matches("^NSec [0-9]+[.][0-9]+[.][0-9]+ over System", provider.Name);
    }

    [Fact]
    public void What_NSec_has_is_NSecs()
    {
        CryptoProvider provider = NSecCryptoProvider.Create(BclCryptoProvider.Instance);
        Assert.True(IsOwn(provider.CreateTranscriptHash(HashKind.Sha256)));
        Assert.False(IsOwn(provider.CreateTranscriptHash(HashKind.Sha384)));
        Assert.True(IsOwn(provider.CreateKeyExchange(NamedGroup.X25519)));
        Assert.False(IsOwn(provider.CreateKeyExchange(NamedGroup.Secp256r1)));
        Assert.True(IsOwn(RecordCipherTests.Cipher(provider, CipherSuite.ChaCha20Poly1305Sha256)));
        Assert.False(IsOwn(RecordCipherTests.Cipher(provider, CipherSuite.Aes128GcmSha256)));
        Assert.Equal(Aes256Gcm.IsSupported, IsOwn(RecordCipherTests.Cipher(provider, CipherSuite.Aes256GcmSha384)));
    }

    [Fact]
    public void The_other_provider_must_be_one_of_this_library()
    {
        Assert.Throws<ArgumentNullException>(() => NSecCryptoProvider.Create(null!));
        Assert.Throws<ArgumentException>(() => NSecCryptoProvider.Create(new Foreign(BclCryptoProvider.Instance)));
    }

    [Fact]
    public void Two_ends_connect_and_exchange_data()
    {
        CryptoProvider provider = ProviderCases.Get("NSec over OpenSSL");
        foreach (CipherSuite suite in provider.CipherSuites)
        {
            using DtlsPair pair = DtlsPair.Create(provider, client: config => config with { CipherSuites = [suite], Groups = [NamedGroup.X25519] });
            pair.DriveToConnected();
        }
    }

    [Fact]
    public void An_expansion_may_overwrite_its_own_key()
    {
        CryptoProvider provider = ProviderCases.Get("NSec over OpenSSL");
        byte[] expected = new byte[32];
        byte[] key = new byte[32];
        OpenSslCryptoProvider.Instance.HkdfExpand(HashKind.Sha256, key, [1], expected);
        provider.HkdfExpand(HashKind.Sha256, key, [1], key);
        Assert.Equal(expected, key);
    }

    private static bool IsOwn(IDisposable made)
    {
        made.Dispose();
        return made.GetType().Assembly == typeof(NSecCryptoProvider).Assembly;
    }

    private sealed class Foreign(CryptoProvider inner) : DelegatingCryptoProvider(inner);
}
