using System;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Crypto;

/// <summary>Chooses among the providers of this library.</summary>
public static class CryptoProviders
{
    /// <summary>
    /// The AppContext switch that allows validated cryptography only, which means OpenSSL's. On as well where OpenSSL itself
    /// is configured for FIPS.
    /// </summary>
    public const string FipsSwitch = "Sockets.Dtls.RequireFips";

    /// <summary>
    /// The provider for connections whose configuration names none. Where libcrypto is found and the processor is an x64 with
    /// AES and carry-less multiplication, that is <see cref="HardwareCryptoProvider"/>, with the native accelerator when it
    /// lies beside the program; elsewhere <see cref="OpenSslCryptoProvider"/>, and without libcrypto
    /// <see cref="BclCryptoProvider"/>. In FIPS mode always <see cref="OpenSslCryptoProvider"/>.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">The platform has none of them.</exception>
    /// <exception cref="CryptographicException">The provider failed its self-test.</exception>
    public static CryptoProvider Default => Get(DefaultKind);

    /// <summary>Whether only OpenSSL may be used: by <see cref="FipsSwitch"/>, or because OpenSSL runs in FIPS mode.</summary>
    public static bool IsFipsRequired =>
        (AppContext.TryGetSwitch(FipsSwitch, out bool required) && required)
        || (LibCrypto.IsAvailable && LibCrypto.EVP_default_properties_is_fips_enabled(0) == 1);

    private static CryptoProviderKind DefaultKind
    {
        get
        {
            if (IsFipsRequired)
                return CryptoProviderKind.OpenSsl;
            if (!OpenSslCryptoProvider.IsSupported)
                return CryptoProviderKind.Bcl;
            if (!HardwareCryptoProvider.IsTried)
                return CryptoProviderKind.OpenSsl;
            return HardwareCryptoProvider.IsNativeSupported ? CryptoProviderKind.Native : CryptoProviderKind.Hardware;
        }
    }

    /// <summary>One provider by kind, which has passed its self-test.</summary>
    /// <exception cref="PlatformNotSupportedException">It does not run here, or FIPS mode forbids it.</exception>
    /// <exception cref="CryptographicException">The provider failed its self-test.</exception>
    public static CryptoProvider Get(CryptoProviderKind kind)
    {
        if (kind != CryptoProviderKind.OpenSsl)
            RefuseUnderFips();
        return kind switch
        {
            CryptoProviderKind.OpenSsl => OpenSslCryptoProvider.Instance,
            CryptoProviderKind.Bcl => BclCryptoProvider.Instance,
            CryptoProviderKind.Hardware => HardwareCryptoProvider.Instance,
            CryptoProviderKind.Native => HardwareCryptoProvider.NativeInstance,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a provider of this library."),
        };
    }

    /// <summary>
    /// <see cref="Default"/>, or what a preference from outside the program names: <c>openssl</c>, <c>bcl</c>,
    /// <c>hardware</c>, <c>native</c>. For whoever reads the environment variable SOCKETS_CRYPTO: Sockets does, this library
    /// itself does not. A preference never outranks FIPS mode, and one that code has expressed should not come here at all.
    /// </summary>
    /// <param name="preference">The name; null or empty: none.</param>
    /// <exception cref="ArgumentException">The name is none of the four.</exception>
    /// <exception cref="PlatformNotSupportedException">What it names does not run here.</exception>
    /// <exception cref="CryptographicException">The provider failed its self-test.</exception>
    public static CryptoProvider GetPreferred(string? preference)
    {
        if (string.IsNullOrEmpty(preference) || IsFipsRequired)
            return Default;
        if (Equals(preference, "openssl"))
            return Get(CryptoProviderKind.OpenSsl);
        if (Equals(preference, "bcl"))
            return Get(CryptoProviderKind.Bcl);
        if (Equals(preference, "hardware"))
            return Get(CryptoProviderKind.Hardware);
        if (Equals(preference, "native"))
            return Get(CryptoProviderKind.Native);
        throw new ArgumentException($"\"{preference}\" is not a crypto provider: openssl, bcl, hardware or native.", nameof(preference));
    }

    /// <summary>For every provider but OpenSSL's.</summary>
    internal static void RefuseUnderFips()
    {
        if (IsFipsRequired)
            throw new PlatformNotSupportedException("FIPS mode allows the OpenSSL provider only.");
    }

    /// <summary>A shared provider that FIPS mode forbids, made before or not.</summary>
    internal static T UnlessFips<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(Lazy<T> provider)
    {
        RefuseUnderFips();
        return provider.Value;
    }

    private static bool Equals(string preference, string name) => string.Equals(preference, name, StringComparison.OrdinalIgnoreCase);
}
