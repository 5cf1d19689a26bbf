using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// What client authentication after the handshake goes on from (RFC 8446 §4.4): every message of the handshake, since each
/// exchange has a transcript of its own that begins with them.
/// </summary>
/// <param name="config">The connection's configuration.</param>
/// <param name="suite">The suite of the connection.</param>
/// <param name="handshake">The messages of the handshake, as the transcript has them.</param>
/// <param name="kind">The kind of certificate that was agreed on for the client.</param>
internal sealed class PostHandshake(DtlsConfig config, CipherSuite suite, byte[] handshake, DtlsCertificateType kind)
{
    public DtlsConfig Config { get; } = config;

    /// <summary>The messages of the handshake.</summary>
    public byte[] Messages { get; } = handshake;

    public HashKind Hash { get; } = CipherSuites.Hash(suite);

    /// <summary>What the client's Certificate carries.</summary>
    public DtlsCertificateType Kind { get; } = kind;

    /// <summary>The transcript of one exchange: the handshake and the request.</summary>
    public Transcript Begin(ReadOnlySpan<byte> certificateRequest)
    {
        Transcript transcript = Transcript.After(Config.Crypto, Hash, Messages);
        transcript.Append(HandshakeType.CertificateRequest, certificateRequest);
        return transcript;
    }

    /// <summary>What the client signs: everything up to its Certificate.</summary>
    public static byte[] GetSignedContent(Transcript transcript)
    {
        Span<byte> hash = stackalloc byte[CipherSuites.MaxHashLength];
        hash = hash[..transcript.Length];
        transcript.GetCurrent(hash);
        return CertificateVerifyMessage.GetSignedContent(DtlsRole.Client, hash);
    }

    /// <summary>The client's Finished, under the traffic secret of the epoch it goes out in (RFC 8446 §4.4.4).</summary>
    public byte[] ComputeFinished(Transcript transcript, ReadOnlySpan<byte> clientSecret)
    {
        Span<byte> hash = stackalloc byte[CipherSuites.MaxHashLength];
        hash = hash[..transcript.Length];
        transcript.GetCurrent(hash);
        byte[] verifyData = new byte[transcript.Length];
        KeySchedule.ComputeFinished(Config.Crypto, Hash, clientSecret, hash, verifyData);
        return verifyData;
    }
}
