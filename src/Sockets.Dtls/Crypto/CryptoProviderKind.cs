namespace Sockets.Dtls.Crypto;

/// <summary>The providers of this library.</summary>
public enum CryptoProviderKind
{
    /// <summary>libcrypto 3 for everything: <see cref="OpenSsl.OpenSslCryptoProvider"/>.</summary>
    OpenSsl,

    /// <summary>System.Security.Cryptography for everything: <see cref="Bcl.BclCryptoProvider"/>.</summary>
    Bcl,

    /// <summary>AES-GCM records on the processor's instructions: <see cref="Hardware.HardwareCryptoProvider.Instance"/>.</summary>
    Hardware,

    /// <summary>The same over the native accelerator: <see cref="Hardware.HardwareCryptoProvider.NativeInstance"/>.</summary>
    Native,
}
