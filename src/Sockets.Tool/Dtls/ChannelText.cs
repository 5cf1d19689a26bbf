using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sockets.Dtls;
using Sockets.Tool.Options;

namespace Sockets.Tool;

/// <summary>A connection in one line, for people and for scripts: <c>key=value</c> pairs, one event a line.</summary>
internal static class ChannelText
{
    public static string Connected(DtlsChannel channel)
    {
        var line = new StringBuilder();
        line.Append("connected peer=").Append(channel.RemoteEndPoint)
            .Append(" suite=").Append(NameTable.Of(channel.CipherSuite))
            .Append(" group=").Append(NameTable.Of(channel.Group))
            .Append(" hrr=").Append(channel.UsedHelloRetryRequest ? "yes" : "no");
        if (channel.IsResumed)
            line.Append(" resumed=yes");
        if (channel.IsRestored)
            line.Append(" restored=yes");
        if (!channel.ApplicationProtocol.IsEmpty)
            line.Append(" alpn=").Append(SocketText.OneWord(channel.ApplicationProtocol.ToString()));
        if (channel.SrtpProfile != SrtpProtectionProfile.None)
            line.Append(" srtp=").Append(NameTable.Of(channel.SrtpProfile));
        if (!channel.PskIdentity.IsEmpty)
            line.Append(" psk=").Append(SocketText.OneWord(Encoding.UTF8.GetString(channel.PskIdentity.Span)));
        line.Append(channel.Role == DtlsRole.Server ? " client-cert=" : " server-cert=").Append(Peer(channel));
        return line.ToString();
    }

    public static string Closed(DtlsChannel channel, DtlsException? failure) => channel.IsSaved
        ? $"saved peer={channel.RemoteEndPoint}"
        : $"closed peer={channel.RemoteEndPoint} reason={(failure is null ? "close_notify" : FailureLine.Of(failure))}";

    /// <summary>Who the peer has shown to be: its certificate's subject, or its bare key.</summary>
    public static string Peer(DtlsChannel channel)
    {
        if (!channel.PeerPublicKey.IsEmpty)
            return $"bare-key:{Convert.ToHexStringLower(SHA256.HashData(channel.PeerPublicKey.Span))}";
        try
        {
            using X509Certificate2? certificate = channel.GetPeerCertificate();
            return certificate is null ? "none" : SocketText.OneWord(certificate.Subject);
        }
        catch (CryptographicException)
        {
            return "unreadable";
        }
    }
}
