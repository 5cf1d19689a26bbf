using Sockets.Dtls.Crypto;

namespace Sockets.MicroBench;

/// <summary>Finds the provider behind a parameter.</summary>
internal static class BenchmarkProviders
{
    public static CryptoProvider Get(BenchmarkProvider provider) => CryptoProviders.Get(provider switch
    {
        BenchmarkProvider.OpenSsl => CryptoProviderKind.OpenSsl,
        BenchmarkProvider.Bcl => CryptoProviderKind.Bcl,
        BenchmarkProvider.Hardware => CryptoProviderKind.Hardware,
        _ => CryptoProviderKind.Native,
    });
}
