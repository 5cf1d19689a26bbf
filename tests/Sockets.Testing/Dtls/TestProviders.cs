using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Testing;

/// <summary>The providers this machine can run.</summary>
public static class TestProviders
{
    public static CryptoProvider Default => CryptoProviders.Default;

    public static IReadOnlyList<CryptoProvider> All { get; } =
    [
        .. OpenSslCryptoProvider.IsSupported ? [OpenSslCryptoProvider.Instance] : Array.Empty<CryptoProvider>(),
        BclCryptoProvider.Instance,
        .. HardwareCryptoProvider.IsSupported ? [HardwareCryptoProvider.Instance] : Array.Empty<CryptoProvider>(),
        .. HardwareCryptoProvider.IsNativeSupported ? [HardwareCryptoProvider.NativeInstance] : Array.Empty<CryptoProvider>(),
    ];
}
