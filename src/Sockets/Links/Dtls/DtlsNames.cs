using Sockets.Dtls.Crypto;

namespace Sockets.Links.Dtls;

/// <summary>What things are called, for people and metrics.</summary>
internal static class DtlsNames
{
    public const string Protocol = "DTLS 1.3";

    /// <summary>The suite's name at IANA.</summary>
    public static string Of(CipherSuite suite) => suite switch
    {
        CipherSuite.Aes128GcmSha256 => "TLS_AES_128_GCM_SHA256",
        CipherSuite.Aes256GcmSha384 => "TLS_AES_256_GCM_SHA384",
        CipherSuite.ChaCha20Poly1305Sha256 => "TLS_CHACHA20_POLY1305_SHA256",
        CipherSuite.Aes128CcmSha256 => "TLS_AES_128_CCM_SHA256",
        _ => suite.ToString(),
    };
}
