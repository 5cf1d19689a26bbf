using Org.BouncyCastle.Crypto.Tls;

namespace Sockets.LoadBench.Dtls.BouncyCastle;

internal sealed class Server(ServerIdentity identity) : DefaultTlsServer
{
    protected override ProtocolVersion MaximumVersion => ProtocolVersion.DTLSv12;

    protected override ProtocolVersion MinimumVersion => ProtocolVersion.DTLSv12;

    protected override int[] GetCipherSuites() => [CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256];

    protected override TlsSignerCredentials GetECDsaSignerCredentials() => new DefaultTlsSignerCredentials(
        mContext,
        identity.Certificate,
        identity.Key,
        new SignatureAndHashAlgorithm(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa));
}
