using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>The shared vector suite runs once for each provider: cases carry names, tests ask for the provider.</summary>
internal static partial class ProviderCases
{
    public const string OpenSsl = "OpenSSL";
    public const string Bcl = "BCL";
    public const string HardwareWide = "Hardware, wide";
    public const string HardwareNarrow = "Hardware, narrow";
    public const string HardwareNative = "Hardware, native";

    public static readonly string[] HardwareNames = [HardwareWide, HardwareNarrow, HardwareNative];

    /// <summary>Providers of other projects, where they are built, and how to get them.</summary>
    private static readonly Dictionary<string, Func<CryptoProvider>> Others = GetOthers();

    /// <summary>Those with handshake primitives of their own.</summary>
    public static readonly string[] HandshakeNames = [OpenSsl, Bcl, .. Others.Keys];

    private static readonly string[] Names = [.. HandshakeNames, .. HardwareNames];

    private static readonly Dictionary<string, GcmKernelKind> Kernels = new()
    {
        [HardwareWide] = GcmKernelKind.X64Wide,
        [HardwareNarrow] = GcmKernelKind.X64Narrow,
        [HardwareNative] = GcmKernelKind.Native,
    };

    private static readonly ConcurrentDictionary<GcmKernelKind, CryptoProvider> Hardware = new();

    private static readonly CipherSuite[] Suites =
        [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256, CipherSuite.Aes128CcmSha256];

    private static readonly NamedGroup[] Groups = [NamedGroup.X25519, NamedGroup.Secp256r1, NamedGroup.Secp384r1];

    public static IEnumerable<TheoryDataRow<string>> Providers() => Names.Select(static name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string, CipherSuite>> ProvidersAndSuites() =>
        from name in Names
        from suite in Suites
        select new TheoryDataRow<string, CipherSuite>(name, suite);

    /// <summary>Those that promise to allocate nothing: the platform makes a context for each record of AES-CCM.</summary>
    public static IEnumerable<TheoryDataRow<string, CipherSuite>> AllocationFree() =>
        from name in Names
        from suite in Suites
        where name != Bcl || suite != CipherSuite.Aes128CcmSha256
        select new TheoryDataRow<string, CipherSuite>(name, suite);

    /// <summary>X25519 only where it exists at all: the BCL has none.</summary>
    public static IEnumerable<TheoryDataRow<string, NamedGroup>> ProvidersAndGroups() =>
        from name in Names
        from suite in Groups
        where name != Bcl || suite != NamedGroup.X25519
        select new TheoryDataRow<string, NamedGroup>(name, suite);

    public static CryptoProvider Get(string name)
    {
        if (name == Bcl)
        {
            Assert.SkipUnless(BclCryptoProvider.IsSupported, "This platform has no AES-GCM.");
            return BclCryptoProvider.Instance;
        }

        if (Others.TryGetValue(name, out Func<CryptoProvider>? create))
            return create();
        if (Kernels.TryGetValue(name, out GcmKernelKind kernel))
        {
            Assert.SkipUnless(
                HardwareCryptoProvider.IsKernelSupported(kernel),
                kernel == GcmKernelKind.Native ? "build/native.sh has not built the library." : "This processor lacks the instructions.");
            return Hardware.GetOrAdd(kernel, HardwareCryptoProvider.Create);
        }

        Assert.SkipUnless(OpenSslCryptoProvider.IsSupported, "libcrypto 3 was not found.");
        return OpenSslCryptoProvider.Instance;
    }

    public static CryptoProvider Get(string name, CipherSuite suite)
    {
        CryptoProvider provider = Get(name);
        Assert.SkipUnless(provider.CipherSuites.Contains(suite) || provider.CipherSuitesByChoice.Contains(suite), $"{provider.Name} does not offer {suite} here.");
        return provider;
    }

    public static CryptoProvider Get(string name, NamedGroup group)
    {
        CryptoProvider provider = Get(name);
        Assert.SkipUnless(provider.Groups.Contains(group), $"{provider.Name} does not offer {group} here.");
        return provider;
    }

    static partial void AddOthers(Dictionary<string, Func<CryptoProvider>> others);

    private static Dictionary<string, Func<CryptoProvider>> GetOthers()
    {
        Dictionary<string, Func<CryptoProvider>> others = [];
        AddOthers(others);
        return others;
    }
}
