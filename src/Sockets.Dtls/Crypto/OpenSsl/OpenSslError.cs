using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>Turns a failed call into an exception and leaves the thread's error queue clean.</summary>
internal static class OpenSslError
{
    /// <summary>Checks a call that answers 1 for success.</summary>
    public static void ThrowIfFailed(int result, [CallerArgumentExpression(nameof(result))] string call = "")
    {
        if (result != 1)
            throw Failed(call);
    }

    /// <summary>Checks a call that answers a pointer.</summary>
    public static nint ThrowIfNull(nint result, [CallerArgumentExpression(nameof(result))] string call = "") =>
        result != 0 ? result : throw Failed(call);

    private static CryptographicException Failed(string call)
    {
        LibCrypto.ERR_clear_error();
        int end = call.IndexOf('(', System.StringComparison.Ordinal);
        return new CryptographicException($"OpenSSL: {(end < 0 ? call : call[..end])} failed.");
    }
}
