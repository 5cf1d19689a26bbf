using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.MicroBench;

/// <summary>Finds the provider behind a parameter, and which there are on this machine.</summary>
internal static class BenchmarkProviders
{
    /// <summary>Those that run here.</summary>
    public static IEnumerable<BenchmarkProvider> Here { get; } =
    [
        .. new[]
        {
            (Provider: BenchmarkProvider.OpenSsl, IsHere: OpenSslCryptoProvider.IsSupported),
            (Provider: BenchmarkProvider.Bcl, IsHere: BclCryptoProvider.IsSupported),
            (Provider: BenchmarkProvider.Hardware, IsHere: HardwareCryptoProvider.IsSupported),
            (Provider: BenchmarkProvider.Native, IsHere: HardwareCryptoProvider.IsNativeSupported),
        }.Where(static one => one.IsHere).Select(static one => one.Provider),
    ];

    /// <summary>Those that have a handshake's operations of their own; the others ask one of these.</summary>
    public static IEnumerable<BenchmarkProvider> OfHandshakes { get; } =
        [.. Here.Where(static provider => provider is BenchmarkProvider.OpenSsl or BenchmarkProvider.Bcl)];

    public static CryptoProvider Get(BenchmarkProvider provider) => CryptoProviders.Get(provider switch
    {
        BenchmarkProvider.OpenSsl => CryptoProviderKind.OpenSsl,
        BenchmarkProvider.Bcl => CryptoProviderKind.Bcl,
        BenchmarkProvider.Hardware => CryptoProviderKind.Hardware,
        _ => CryptoProviderKind.Native,
    });
}
