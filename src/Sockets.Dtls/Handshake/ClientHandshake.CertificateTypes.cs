using System;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>Which kinds of certificates a client offers to take and to show (RFC 7250 §4.1).</content>
internal sealed partial class ClientHandshake
{
    private DtlsCertificateType _ownCertificateType;

    /// <inheritdoc/>
    protected override DtlsCertificateType? LaterCertificateType => Config.PostHandshakeAuthentication ? _ownCertificateType : null;

    private void WriteCertificateTypes(WireWriter writer)
    {
        if (Config.OwnCertificateTypes() is var own && !DtlsConfig.IsDefault(own))
            CertificateTypeExtension.WriteClient(writer, ExtensionType.ClientCertificateType, own);
        if (!DtlsConfig.IsDefault(Config.PeerCertificateTypes))
            CertificateTypeExtension.WriteClient(writer, ExtensionType.ServerCertificateType, Config.PeerCertificateTypes);
    }

    /// <summary>The server's choice, for the one direction or the other.</summary>
    private ProtocolError HandleCertificateType(ExtensionType type, ReadOnlySpan<byte> content)
    {
        bool isOurs = type == ExtensionType.ClientCertificateType;
        var offered = isOurs ? Config.OwnCertificateTypes() : Config.PeerCertificateTypes;
        if (DtlsConfig.IsDefault(offered))
            return ProtocolError.UnexpectedExtension; // it was not sent
        ProtocolError error = CertificateTypeExtension.ParseServer(content, offered, out DtlsCertificateType kind);
        if (isOurs)
            _ownCertificateType = kind;
        else
            PeerCertificateType = kind;
        return error;
    }
}
