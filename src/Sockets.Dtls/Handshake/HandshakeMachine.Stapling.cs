using System;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake;

/// <content>OCSP responses that a server sends along with its certificate (RFC 8446 §4.4.2.1).</content>
internal abstract partial class HandshakeMachine
{
    // Entries have 2^16 - 1 bytes of extensions, of which some are framing.
    private const int MaxStapleLength = 65_000;

    private bool _staples;

    /// <summary>The OCSP response that came with the peer's leaf; empty without one.</summary>
    public ReadOnlyMemory<byte> PeerOcspResponse { get; protected set; }

    /// <summary>Whether the client asks for an OCSP response.</summary>
    protected ProtocolError NegotiateStapling(in ExtensionBlock hello)
    {
        _staples = false;
        return hello.TryGet(ExtensionType.StatusRequest, out ReadOnlySpan<byte> content)
            ? StatusRequestExtension.ParseClient(content, out _staples)
            : ProtocolError.None;
    }

    /// <summary>What goes along with our leaf.</summary>
    private ReadOnlyMemory<byte> StapleOf(DtlsCredential credential)
    {
        if (!_staples || credential.OcspResponse is not { } provider || credential.CertificateType != DtlsCertificateType.X509)
            return default;
        ReadOnlyMemory<byte> response = provider();
        return response.Length <= MaxStapleLength ? response : default;
    }
}
