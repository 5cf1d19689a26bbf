using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>A provider and a suite that it has: the Hardware ones only those that are their own.</summary>
public sealed record RecordProtection(BenchmarkProvider Provider, CipherSuite Suite)
{
    /// <summary>All there are on this machine.</summary>
    public static IEnumerable<RecordProtection> Here() =>
        from provider in BenchmarkProviders.Here
        from suite in BenchmarkProviders.Get(provider).CipherSuites
        where suite != CipherSuite.ChaCha20Poly1305Sha256 || BenchmarkProviders.OfHandshakes.Contains(provider)
        select new RecordProtection(provider, suite);

    /// <summary>A cipher with a key of zeros.</summary>
    public RecordCipher CreateCipher()
    {
        byte[] key = new byte[CipherSuites.KeyLength(Suite)];
        return BenchmarkProviders.Get(Provider).CreateRecordCipher(Suite, key, new byte[CipherSuites.NonceLength], key);
    }

    // Short enough not to be cut in a table.
    public override string ToString() => $"{Provider} " + Suite switch
    {
        CipherSuite.Aes128GcmSha256 => "AES-128-GCM",
        CipherSuite.Aes256GcmSha384 => "AES-256-GCM",
        CipherSuite.ChaCha20Poly1305Sha256 => "ChaCha20",
        _ => Suite.ToString(),
    };
}
