using System;
using Sockets.Certificates;

namespace Sockets.Links.Dtls;

/// <summary>What has gone wrong on this side of a connection, for the sentence that people read. Those that go well have none.</summary>
internal sealed class ChannelFaults
{
    public CertificateVerdict? Verdict { get; set; }

    public Exception? Signing { get; set; }

    public Exception? Selection { get; set; }

    public Exception? Handler { get; set; }

    public Exception? Engine { get; set; }
}
