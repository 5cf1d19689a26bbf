using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Crypto;

/// <summary>Chooses among the providers of this library.</summary>
public static class CryptoProviders
{
    /// <summary>The provider for connections whose configuration names none: OpenSSL.</summary>
    public static CryptoProvider Default => OpenSslCryptoProvider.Instance;
}
