namespace Sockets.Dtls.Handshake;

/// <summary>Handshake message types (RFC 8446 §4, RFC 9147 §5.2). The values are the wire values.</summary>
internal enum HandshakeType : byte
{
    ClientHello = 1,
    ServerHello = 2,

    /// <summary>What a server of DTLS 1.2 or older answers with to demand a cookie (RFC 6347 §4.2.1).</summary>
    HelloVerifyRequest = 3,

    NewSessionTicket = 4,
    EncryptedExtensions = 8,
    RequestConnectionId = 9,
    NewConnectionId = 10,
    Certificate = 11,
    CertificateRequest = 13,
    CertificateVerify = 15,
    Finished = 20,
    KeyUpdate = 24,
    CompressedCertificate = 25,

    /// <summary>Not on the wire: stands for ClientHello1 in the transcript after a HelloRetryRequest.</summary>
    MessageHash = 254,
}
