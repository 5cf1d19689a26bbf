using System.Collections.Generic;

namespace Sockets.Tool.Demo;

internal static partial class DemoCommand
{
    static partial void AddTls(List<FileWay> ways) => ways.Add(new FileWay("TLS 1.3, SendFile", CreateTlsOptions));

    private static (SocketListenerOptions Server, SocketClientOptions Client) CreateTlsOptions()
    {
        DemoIdentity identity = DemoIdentity.Instance;
        return (
            new SocketListenerOptions().UseTls(new TlsServerOptions { Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(identity.Server)) }),
            new SocketClientOptions().UseTls(new TlsClientOptions { TargetHost = DemoIdentity.Name, Trust = identity.Trust }));
    }
}
