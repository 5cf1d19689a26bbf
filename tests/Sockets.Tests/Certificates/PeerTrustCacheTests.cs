using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Certificates;
using Sockets.Testing;

namespace Sockets.Tests;

public class PeerTrustCacheTests
{
    private const string Host = "localhost";

    private readonly VirtualTimeProvider _time = new();

    public PeerTrustCacheTests() => _time.Advance(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero) - _time.GetUtcNow());

    [Fact]
    public void A_chain_that_was_found_good_is_found_again()
    {
        using var authority = new TestAuthority();
        var cache = new PeerTrustCache();
        ReadOnlyMemory<byte>[] chain = [authority.Issue([Host]).RawData, authority.Certificate.RawData];
        for (int i = 0; i < 3; i++)
        {
            Assert.True(Verifier(authority.Trust, cache).Verify(chain).IsAccepted);
            Assert.Equal(i, cache.Hits);
        }

        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public void Every_part_of_what_was_judged_counts()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        var cache = new PeerTrustCache { RevocationLifetime = TimeSpan.FromMinutes(1) };
        byte[] leaf = authority.Issue([Host, "127.0.0.1"], purpose: null).RawData;
        byte[] root = authority.Certificate.RawData;
        PeerTrust both = PeerTrust.Anchors([authority.Certificate, other.Certificate]);
        byte[] pin = SHA256.HashData(authority.Certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.True(Verifier(authority.Trust, cache).Verify([leaf, root]).IsAccepted);

        Miss(Verifier(authority.Trust, cache), [leaf]);
        Miss(Verifier(authority.Trust, cache), [leaf, root, root]);
        Miss(Verifier(authority.Trust, cache), [leaf, other.Certificate.RawData]);
        Miss(Verifier(authority.Trust, cache), [authority.Issue([Host]).RawData, root]);
        Miss(Verifier(authority.Trust, cache, host: "127.0.0.1"), [leaf, root]);
        Miss(Verifier(authority.Trust, cache, host: null), [leaf, root]);
        Miss(Verifier(authority.Trust, cache, CertificatePurpose.ClientAuthentication), [leaf, root]);
        Miss(Verifier(both, cache), [leaf, root]);
        Miss(Verifier(authority.Trust.WithPins(pin, new byte[32]), cache), [leaf, root]);
        Miss(Verifier(both.WithPins(pin, new byte[32]), cache), [leaf, root]);

        long hits = cache.Hits;
        Assert.False(Verifier(other.Trust, cache).Verify([leaf, root]).IsAccepted);
        Assert.False(Verifier(authority.Trust, cache, host: "elsewhere.example").Verify([leaf, root]).IsAccepted);
        Assert.False(Verifier(authority.Trust, cache, revocationMode: X509RevocationMode.Offline).Verify([leaf, root]).IsAccepted);
        Assert.False(Verifier(PeerTrust.SystemRoots, cache).Verify([leaf, root]).IsAccepted);
        Assert.Equal(hits, cache.Hits);

        void Miss(CertificateVerifier verifier, ReadOnlyMemory<byte>[] chain)
        {
            long before = cache.Hits;
            int count = cache.Count;
            Assert.True(verifier.Verify(chain).IsAccepted);
            Assert.Equal((before, count + 1), (cache.Hits, cache.Count));
            Assert.True(verifier.Verify(chain).IsAccepted);
            Assert.Equal((before + 1, count + 1), (cache.Hits, cache.Count));
        }
    }

    [Fact]
    public void It_dies_with_the_first_certificate_of_the_chain()
    {
        using var authority = new TestAuthority();
        DateTimeOffset now = _time.GetUtcNow();
        using X509Certificate2 leaf = authority.Issue([Host], notAfter: now.AddSeconds(90));
        var cache = new PeerTrustCache();
        CertificateVerifier verifier = Verifier(authority.Trust, cache);
        Assert.True(verifier.Verify([leaf.RawData]).IsAccepted);
        _time.Advance(TimeSpan.FromSeconds(89));
        Assert.True(verifier.Verify([leaf.RawData]).IsAccepted);
        Assert.Equal(1, cache.Hits);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(CertificateProblem.Expired, verifier.Verify([leaf.RawData]).Problem);
        Assert.Equal(1, cache.Hits);
    }

    [Fact]
    public void It_dies_with_an_issuer_that_expires_first()
    {
        using var root = new TestAuthority();
        DateTimeOffset now = _time.GetUtcNow();
        using X509Certificate2 issuer = root.Issue([], "CN=Issuer", purpose: null, notAfter: now.AddSeconds(30), isAuthority: true);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        request.CertificateExtensions.Add(names.Build());
        using ECDsa issuerKey = issuer.GetECDsaPrivateKey()!;
        using X509Certificate2 leaf = request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), TestAuthority.NotBefore, TestAuthority.NotAfter, [0x42, 7]);
        var cache = new PeerTrustCache();
        CertificateVerifier verifier = Verifier(root.Trust, cache);
        Assert.True(verifier.Verify([leaf.RawData, issuer.RawData]).IsAccepted);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(CertificateProblem.Expired, verifier.Verify([leaf.RawData, issuer.RawData]).Problem);
        Assert.Equal(0, cache.Hits);
    }

    [Fact]
    public void It_is_judged_anew_after_its_lifetime()
    {
        using var authority = new TestAuthority();
        byte[] leaf = authority.Issue([Host]).RawData;
        var cache = new PeerTrustCache { Lifetime = TimeSpan.FromMinutes(1) };
        CertificateVerifier verifier = Verifier(authority.Trust, cache);
        Assert.True(verifier.Verify([leaf]).IsAccepted);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(verifier.Verify([leaf]).IsAccepted);
        Assert.Equal(0, cache.Hits);
        Assert.True(verifier.Verify([leaf]).IsAccepted);
        Assert.Equal(1, cache.Hits);
    }

    [Fact]
    public void A_clock_that_is_set_back_finds_nothing()
    {
        var cache = new PeerTrustCache();
        DateTimeOffset now = _time.GetUtcNow();
        cache.Add(Key(1), now, now.AddDays(1), checkedRevocation: false, 0);
        Assert.True(cache.Contains(Key(1), now, out _));
        Assert.False(cache.Contains(Key(1), now.AddTicks(-1), out _));
    }

    [Fact]
    public void An_update_of_revocation_lists_forgets_even_what_is_being_checked()
    {
        var cache = new PeerTrustCache { RevocationLifetime = TimeSpan.FromMinutes(5) };
        DateTimeOffset now = _time.GetUtcNow();
        Assert.False(cache.Contains(Key(1), now, out long generation));
        cache.Add(Key(1), now, now.AddDays(1), checkedRevocation: true, generation);
        Assert.True(cache.Contains(Key(1), now.AddMinutes(4), out _));
        Assert.False(cache.Contains(Key(1), now.AddMinutes(5), out _));

        Assert.False(cache.Contains(Key(2), now, out generation));
        cache.Clear();
        cache.Add(Key(2), now, now.AddDays(1), checkedRevocation: true, generation);
        Assert.False(cache.Contains(Key(1), now, out _));
        Assert.False(cache.Contains(Key(2), now, out _));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Without_a_lifetime_of_its_own_a_check_of_revocation_is_not_remembered()
    {
        var cache = new PeerTrustCache();
        DateTimeOffset now = _time.GetUtcNow();
        cache.Add(Key(1), now, now.AddDays(1), checkedRevocation: true, 0);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void It_is_bounded_and_the_oldest_gives_way()
    {
        var cache = new PeerTrustCache(capacity: 4);
        DateTimeOffset now = _time.GetUtcNow();
        for (int i = 0; i < 100; i++)
        {
            cache.Add(Key(i), now, now.AddDays(1), checkedRevocation: false, 0);
            cache.Add(Key(i), now, now.AddDays(1), checkedRevocation: false, 0);
            Assert.Equal(Math.Min(i + 1, 4), cache.Count);
        }

        for (int i = 90; i < 100; i++)
            Assert.Equal(i >= 96, cache.Contains(Key(i), now, out _));
    }

    [Fact]
    public void A_bad_chain_never_becomes_good()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        var cache = new PeerTrustCache();
        CertificateVerifier verifier = Verifier(authority.Trust, cache);
        byte[] good = authority.Issue([Host]).RawData;
        byte[] forged = [.. good];
        forged[^1] ^= 1;
        byte[][] bad = [other.Issue([Host]).RawData, authority.Issue(["elsewhere.example"]).RawData, forged, [0x30, 3, 1, 2, 3]];
        for (int i = 0; i < 3; i++)
        {
            foreach (byte[] chain in bad)
                Assert.False(verifier.Verify([chain]).IsAccepted);
            Assert.False(verifier.Verify([]).IsAccepted);
            Assert.Equal(0, cache.Count);
        }

        Assert.True(verifier.Verify([good]).IsAccepted);
        foreach (byte[] chain in bad)
        {
            Assert.False(verifier.Verify([chain]).IsAccepted);
            Assert.False(verifier.Verify([chain, good]).IsAccepted);
        }
    }

    [Fact]
    public void The_application_is_asked_every_time()
    {
        using var authority = new TestAuthority();
        byte[] leaf = authority.Issue([Host]).RawData;
        var cache = new PeerTrustCache();
        int asked = 0;
        bool answer = true;
        var verifier = new CertificateVerifier(authority.Trust, CertificatePurpose.ServerAuthentication, Host)
        {
            TimeProvider = _time,
            Cache = cache,
            AdditionalCheck = certificates =>
            {
                asked++;
                Assert.Equal(leaf, certificates[0].RawData);
                return answer;
            },
        };
        Assert.True(verifier.Verify([leaf]).IsAccepted);
        Assert.True(verifier.Verify([leaf]).IsAccepted);
        answer = false;
        Assert.Equal(CertificateProblem.RefusedByApplication, verifier.Verify([leaf]).Problem);
        Assert.Equal((3, 2), (asked, cache.Hits));
    }

    [Fact]
    public void Pins_of_certificates_and_keys_are_compared_every_time()
    {
        using var authority = new TestAuthority();
        byte[] leaf = authority.Issue([Host]).RawData;
        var cache = new PeerTrustCache();
        Assert.True(Verifier(PeerTrust.CertificateFingerprints(SHA256.HashData(leaf)), cache).Verify([leaf]).IsAccepted);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public async Task Many_threads_may_use_it()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        var cache = new PeerTrustCache(capacity: 3);
        byte[][] good = [.. Enumerable.Range(0, 5).Select(_ => authority.Issue([Host]).RawData)];
        byte[] bad = other.Issue([Host]).RawData;
        CertificateVerifier verifier = Verifier(authority.Trust, cache);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                Assert.True(verifier.Verify([good[(i + thread) % good.Length]]).IsAccepted);
                Assert.False(verifier.Verify([bad]).IsAccepted);
                Assert.InRange(cache.Count, 0, 3);
                if (i % 25 == 0)
                    cache.Clear();
            }
        })));
    }

    private static TrustCacheKey Key(int number) => new((UInt128)number, 0);

    private CertificateVerifier Verifier(
        PeerTrust trust,
        PeerTrustCache cache,
        CertificatePurpose purpose = CertificatePurpose.ServerAuthentication,
        string? host = Host,
        X509RevocationMode revocationMode = X509RevocationMode.NoCheck) =>
        new(trust, purpose, host) { TimeProvider = _time, Cache = cache, RevocationMode = revocationMode };
}
