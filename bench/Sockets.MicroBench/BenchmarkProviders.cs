using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.MicroBench;

/// <summary>Finds the provider behind a parameter.</summary>
internal static class BenchmarkProviders
{
    public static CryptoProvider Get(BenchmarkProvider provider) =>
        provider == BenchmarkProvider.OpenSsl ? OpenSslCryptoProvider.Instance : BclCryptoProvider.Instance;
}
