using System;
using System.Collections.Generic;
using Sockets.Crypto.NSec;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Tests.Crypto;

/// <content>NSec over both others: over the platform's own it adds X25519 and Ed25519.</content>
internal static partial class ProviderCases
{
    private static readonly Lazy<CryptoProvider> NSecOverOpenSsl = new(static () => NSecCryptoProvider.Create(OpenSslCryptoProvider.Instance));
    private static readonly Lazy<CryptoProvider> NSecOverBcl = new(static () => NSecCryptoProvider.Create(BclCryptoProvider.Instance));

    static partial void AddOthers(Dictionary<string, Func<CryptoProvider>> others)
    {
        others.Add("NSec over OpenSSL", static () =>
        {
            Assert.SkipUnless(OpenSslCryptoProvider.IsSupported, "libcrypto 3 was not found.");
            return NSecOverOpenSsl.Value;
        });
        others.Add("NSec over BCL", static () => NSecOverBcl.Value);
    }
}
