namespace Sockets.Dtls;

/// <summary>SRTP protection profiles (RFC 5764 §4.1.2, RFC 7714 §14.2). The values are the wire values.</summary>
public enum SrtpProtectionProfile : ushort
{
    /// <summary>SRTP was not agreed on.</summary>
    None = 0x0000,

    /// <summary>SRTP_AES128_CM_HMAC_SHA1_80.</summary>
    Aes128CmHmacSha1Tag80 = 0x0001,

    /// <summary>SRTP_AES128_CM_HMAC_SHA1_32.</summary>
    Aes128CmHmacSha1Tag32 = 0x0002,

    /// <summary>SRTP_AEAD_AES_128_GCM.</summary>
    AeadAes128Gcm = 0x0007,

    /// <summary>SRTP_AEAD_AES_256_GCM.</summary>
    AeadAes256Gcm = 0x0008,
}
