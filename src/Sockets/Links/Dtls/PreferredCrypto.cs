using System;
using Sockets.Dtls.Crypto;

namespace Sockets;

/// <summary>
/// The provider where code has named none. Here, at the edge, the environment has a say: the engine reads none. It has it after
/// code and after FIPS mode (<see cref="CryptoProviders.GetPreferred"/>), and a name that means nothing here is an error.
/// </summary>
internal static class PreferredCrypto
{
    /// <summary>Names a provider: openssl, bcl, hardware or native.</summary>
    public const string Variable = "SOCKETS_CRYPTO";

    /// <exception cref="ArgumentException">The variable names no provider.</exception>
    /// <exception cref="PlatformNotSupportedException">What it names does not run here.</exception>
    public static CryptoProvider Get() => CryptoProviders.GetPreferred(Environment.GetEnvironmentVariable(Variable));
}
