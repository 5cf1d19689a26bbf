using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Crypto;

/// <summary>Chooses among the providers of this library.</summary>
public static class CryptoProviders
{
    /// <summary>
    /// The provider for connections whose configuration names none: <see cref="OpenSslCryptoProvider"/> where libcrypto
    /// is found, else <see cref="BclCryptoProvider"/>.
    /// </summary>
    /// <exception cref="System.PlatformNotSupportedException">The platform has neither.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The provider failed its self-test.</exception>
    public static CryptoProvider Default =>
        OpenSslCryptoProvider.IsSupported ? OpenSslCryptoProvider.Instance : BclCryptoProvider.Instance;
}
