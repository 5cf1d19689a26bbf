using System;
using System.Security.Cryptography.X509Certificates;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Demo;

/// <summary>The certificate of the demo's servers, and the trust of its clients: made for one run, never written anywhere.</summary>
internal sealed class DemoIdentity
{
    public const string Name = "localhost";

    private DemoIdentity()
    {
        using var authority = new DevelopmentAuthority(TimeProvider.System);
        Server = authority.IssueServer([Name, "127.0.0.1"]);
        Trust = PeerTrust.Anchors([X509CertificateLoader.LoadCertificate(authority.Certificate.RawDataMemory.Span)]);
    }

    public static DemoIdentity Instance => field ??= new DemoIdentity();

    public X509Certificate2 Server { get; }

    public PeerTrust Trust { get; }
}
