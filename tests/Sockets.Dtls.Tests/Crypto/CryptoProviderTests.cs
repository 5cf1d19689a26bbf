using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class CryptoProviderTests
{
    [Fact]
    public void Default_is_the_fastest_that_has_been_tried()
    {
        CryptoProvider expected = !OpenSslCryptoProvider.IsSupported ? BclCryptoProvider.Instance
            : !HardwareCryptoProvider.IsTried ? OpenSslCryptoProvider.Instance
            : HardwareCryptoProvider.IsNativeSupported ? HardwareCryptoProvider.NativeInstance
            : HardwareCryptoProvider.Instance;
        Assert.Same(expected, CryptoProviders.Default);
        Assert.Same(expected, CryptoProviders.GetPreferred(null));
        Assert.Same(expected, CryptoProviders.GetPreferred(""));
        Assert.Equal(RuntimeInformation.ProcessArchitecture == Architecture.X64 && System.Runtime.Intrinsics.X86.Aes.IsSupported && System.Runtime.Intrinsics.X86.Avx2.IsSupported, HardwareCryptoProvider.IsTried);
    }

    [Fact]
    public void A_preference_names_a_provider()
    {
        Assert.Same(OpenSslCryptoProvider.Instance, CryptoProviders.GetPreferred("openssl"));
        Assert.Same(BclCryptoProvider.Instance, CryptoProviders.GetPreferred("BCL"));
        if (HardwareCryptoProvider.IsSupported)
            Assert.Same(HardwareCryptoProvider.Instance, CryptoProviders.GetPreferred("hardware"));
        else
            Assert.Throws<PlatformNotSupportedException>(() => CryptoProviders.GetPreferred("hardware"));
        if (HardwareCryptoProvider.IsNativeSupported)
            Assert.Same(HardwareCryptoProvider.NativeInstance, CryptoProviders.GetPreferred("native"));
        else
            Assert.Throws<PlatformNotSupportedException>(() => CryptoProviders.GetPreferred("native"));
        Assert.Throws<ArgumentException>(() => CryptoProviders.GetPreferred("fastest"));
    }

    [Fact]
    public void The_comparison_of_records_finds_a_wrong_key()
    {
        CryptoProvider sound = ProviderCases.Get(ProviderCases.OpenSsl);
        CryptoSelfTest.Compare(ProviderCases.Get(ProviderCases.HardwareNarrow), sound);
        foreach (string fault in new[] { "Aes256GcmSha384", "Aes128GcmSha256 mask" })
        {
            var faulty = new FaultyCryptoProvider(sound, fault);
            CryptographicException thrown = Assert.Throws<CryptographicException>(() => CryptoSelfTest.Compare(faulty, sound));
            Assert.Contains(fault.Split(' ')[0], thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_platform_says_what_it_lacks()
    {
        CryptoProvider provider = ProviderCases.Get(ProviderCases.Bcl);
        Assert.DoesNotContain(NamedGroup.X25519, provider.Groups);
        Assert.DoesNotContain(SignatureScheme.Ed25519, provider.SignatureSchemes);
        Assert.Throws<ArgumentOutOfRangeException>(() => provider.CreateKeyExchange(NamedGroup.X25519));
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void A_sound_provider_passes_the_self_test(string name) =>
        CryptoSelfTest.Run(new FaultyCryptoProvider(ProviderCases.Get(name), fault: "none"));

    [Theory]
    [InlineData("Aes128GcmSha256")]
    [InlineData("Aes256GcmSha384")]
    [InlineData("ChaCha20Poly1305Sha256")]
    [InlineData("Aes128GcmSha256 mask")]
    [InlineData("Aes256GcmSha384 mask")]
    [InlineData("ChaCha20Poly1305Sha256 mask")]
    [InlineData("Secp256r1")]
    [InlineData("Secp384r1")]
    [InlineData("X25519")]
    [InlineData("Sha256")]
    [InlineData("Sha384")]
    [InlineData("Sha256 MAC")]
    [InlineData("Sha384 MAC")]
    [InlineData("HKDF")]
    public void The_self_test_names_provider_and_primitive(string fault)
    {
        FaultyCryptoProvider provider = new(ProviderCases.Get(ProviderCases.OpenSsl), fault);
        CryptographicException thrown = Assert.Throws<CryptographicException>(() => CryptoSelfTest.Run(provider));
        Assert.Contains("Faulty", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(fault.Split(' ')[0], thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void A_transcript_can_be_read_at_any_point(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] data = Enumerable.Range(0, 1000).Select(static i => (byte)i).ToArray();
        using TranscriptHash sha256 = provider.CreateTranscriptHash(HashKind.Sha256);
        using TranscriptHash sha384 = provider.CreateTranscriptHash(HashKind.Sha384);
        byte[] current = new byte[48];
        for (int length = 0; length < data.Length; length += 97)
        {
            sha256.GetCurrent(current);
            Assert.Equal(SHA256.HashData(data.AsSpan(0, length)), current.AsSpan(0, 32).ToArray());
            sha384.GetCurrent(current);
            Assert.Equal(SHA384.HashData(data.AsSpan(0, length)), current);
            int next = Math.Min(97, data.Length - length);
            sha256.Append(data.AsSpan(length, next));
            sha384.Append(data.AsSpan(length, next));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => sha384.GetCurrent(new byte[47]));
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Expansion_equals_the_platforms_at_every_length(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] info = new byte[300];
        for (int length = 1; length <= 400; length += 13)
        {
            byte[] output = new byte[length];
            byte[] key = Enumerable.Repeat((byte)length, 48).ToArray();
            provider.HkdfExpand(HashKind.Sha384, key, info.AsSpan(0, length % 300), output);
            Assert.Equal(HKDF.Expand(HashAlgorithmName.SHA384, key, length, info[..(length % 300)]), output);
            provider.HkdfExpand(HashKind.Sha256, key.AsSpan(0, 32), info.AsSpan(0, length % 300), output);
            Assert.Equal(HKDF.Expand(HashAlgorithmName.SHA256, key[..32], length, info[..(length % 300)]), output);
        }
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Many_threads_share_a_provider(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] key = new byte[32];
        byte[] expected = HKDF.Expand(HashAlgorithmName.SHA256, key, 100, [1]);
        List<Exception> failures = [];
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.Length; t++)
        {
            threads[t] = new Thread(() =>
            {
                try
                {
                    byte[] output = new byte[100];
                    for (int i = 0; i < 2000; i++)
                    {
                        provider.HkdfExpand(HashKind.Sha256, key, [1], output);
                        Assert.Equal(expected, output);
                    }

                    CryptoSelfTest.Run(provider);
                }
                catch (Exception exception)
                {
                    lock (failures)
                        failures.Add(exception);
                }
            });
            threads[t].Start();
        }

        foreach (Thread thread in threads)
            thread.Join();
        Assert.Empty(failures);
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Random_bytes_differ(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        provider.FillRandom(first);
        provider.FillRandom(second);
        Assert.NotEqual(first, second);
    }
}
