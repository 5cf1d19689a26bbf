using Org.BouncyCastle.Crypto.Tls;

namespace Sockets.LoadBench.Dtls.BouncyCastle;

/// <summary>Accepts any server: how certificates are judged is not what is measured.</summary>
internal sealed class Client : DefaultTlsClient
{
    public override ProtocolVersion ClientVersion => ProtocolVersion.DTLSv12;

    public override ProtocolVersion MinimumVersion => ProtocolVersion.DTLSv12;

    public override int[] GetCipherSuites() => [CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256];

    public override TlsAuthentication GetAuthentication() => new Trust();

    private sealed class Trust : TlsAuthentication
    {
        public void NotifyServerCertificate(Certificate serverCertificate)
        {
        }

        public TlsCredentials? GetClientCredentials(CertificateRequest certificateRequest) => null;
    }
}
