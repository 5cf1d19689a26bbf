using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>The providers this machine can run.</summary>
public static class TestProviders
{
    public static CryptoProvider Default => CryptoProviders.Default;

    public static IReadOnlyList<CryptoProvider> All { get; } = [CryptoProviders.Default];
}
