using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <content>Certificates of other kinds than X.509 (RFC 7250).</content>
internal abstract partial class HandshakeMachine
{
    /// <summary>Whether certificates of a handshake are one bare key. No X.509 certificate parses as one, nor the other way round.</summary>
    public static bool IsRawPublicKey(IReadOnlyList<ReadOnlyMemory<byte>> certificates) =>
        certificates.Count == 1 && KeyEncoding.OfPublicKey(certificates[0].Span) != KeyAlgorithm.Unknown;

    /// <summary>What the peer's Certificate has to carry.</summary>
    protected DtlsCertificateType PeerCertificateType { get; set; }

    protected static ProtocolError NoCommonCertificateType => new(DtlsFailureReason.NoCommonCertificateType, AlertDescription.UnsupportedCertificate);

    /// <summary>Whether the certificates of an earlier session are of a kind that is taken still.</summary>
    protected bool TakesKindOf(IReadOnlyList<ReadOnlyMemory<byte>> certificates) =>
        certificates.Count == 0 || Config.TakesFromPeer(IsRawPublicKey(certificates) ? DtlsCertificateType.RawPublicKey : DtlsCertificateType.X509);

    /// <summary>The key of the peer's leaf, or its bare key.</summary>
    public static ProtocolError ReadKey(DtlsCertificateType kind, IReadOnlyList<ReadOnlyMemory<byte>> certificates, out ReadOnlySpan<byte> publicKey)
    {
        publicKey = default;
        if (kind == DtlsCertificateType.RawPublicKey)
        {
            if (certificates.Count > 1)
                return ProtocolError.Illegal; // RFC 8446 §4.4.2: no more than one entry
            if (!IsRawPublicKey(certificates))
                return new ProtocolError(DtlsFailureReason.InvalidCertificate, AlertDescription.UnsupportedCertificate);
            publicKey = certificates[0].Span;
            return ProtocolError.None;
        }

        if (!CertificateFields.TryRead(certificates[0].Span, out CertificateFields fields))
            return new ProtocolError(DtlsFailureReason.InvalidCertificate, AlertDescription.DecodeError);
        publicKey = fields.SubjectPublicKeyInfo;
        return ProtocolError.None;
    }
}
