using System;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>Which of the kinds of certificates that a client offers a server takes, for each direction by itself (RFC 7250 §4.2).</content>
internal sealed partial class ServerHandshake
{
    private static readonly byte[] s_x509 = [(byte)DtlsCertificateType.X509];

    private bool _asksForCertificate;
    private bool _sendsClientCertificateType;
    private bool _sendsServerCertificateType;
    private bool _mayAskLater;

    /// <inheritdoc/>
    protected override DtlsCertificateType? LaterCertificateType => _mayAskLater ? PeerCertificateType : null;

    /// <summary>The kinds a client named for one direction; X.509 where it named none.</summary>
    private static ProtocolError ParseCertificateTypes(in ClientHelloMessage hello, ExtensionType type, out ReadOnlySpan<byte> kinds, out bool isSent)
    {
        kinds = s_x509;
        isSent = hello.Extensions.TryGet(type, out ReadOnlySpan<byte> content);
        return isSent ? CertificateTypeExtension.ParseClient(content, out kinds) : ProtocolError.None;
    }

    /// <summary>
    /// Whether the client is asked for a certificate, and of which kind. One that can show none of a kind we take is refused, unless it
    /// did not say so and need not show any.
    /// </summary>
    private ProtocolError NegotiateClientCertificate(in ClientHelloMessage hello)
    {
        ProtocolError error = ProtocolError.None;
        if (Config.PostHandshakeAuthentication && hello.Extensions.TryGet(ExtensionType.PostHandshakeAuth, out ReadOnlySpan<byte> content))
        {
            error = PostHandshakeAuthExtension.Parse(content);
            _mayAskLater = true;
        }

        bool asksNow = !HasPsk && Config.ClientAuthentication != DtlsClientAuthentication.None;
        if (error.IsError || !(asksNow || _mayAskLater))
            return error;
        error = ParseCertificateTypes(hello, ExtensionType.ClientCertificateType, out ReadOnlySpan<byte> kinds, out bool isSent);
        if (error.IsError)
            return error;
        foreach (DtlsCertificateType candidate in Config.PeerCertificateTypes)
        {
            if (!kinds.Contains((byte)candidate))
                continue;
            PeerCertificateType = candidate;
            _asksForCertificate = asksNow;
            _sendsClientCertificateType = isSent;
            return ProtocolError.None;
        }

        _mayAskLater = false;
        return asksNow && (isSent || Config.ClientAuthentication == DtlsClientAuthentication.Required) ? NoCommonCertificateType : ProtocolError.None;
    }

    /// <summary>The choices, where the client has offered any.</summary>
    private void WriteCertificateTypes(WireWriter writer, DtlsCredential? credential)
    {
        if (_sendsClientCertificateType)
            CertificateTypeExtension.WriteServer(writer, ExtensionType.ClientCertificateType, PeerCertificateType);
        if (_sendsServerCertificateType && credential is not null)
            CertificateTypeExtension.WriteServer(writer, ExtensionType.ServerCertificateType, credential.CertificateType);
    }
}
