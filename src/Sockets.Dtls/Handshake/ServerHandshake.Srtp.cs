using System;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>use_srtp from the server's side.</content>
internal sealed partial class ServerHandshake
{
    /// <summary>
    /// Chooses by our order. The client's MKI is ignored, which means that none is used (RFC 5764 §4.1.3); without a profile in
    /// common the handshake goes on without SRTP (§4.1.1).
    /// </summary>
    private ProtocolError NegotiateSrtp(in ClientHelloMessage hello)
    {
        if (Config.SrtpProfiles.Count == 0 || !hello.Extensions.TryGet(ExtensionType.UseSrtp, out ReadOnlySpan<byte> content))
            return ProtocolError.None;
        ProtocolError error = UseSrtpExtension.Parse(content, out ReadOnlySpan<byte> profiles, out _);
        if (error.IsError)
            return error;
        foreach (SrtpProtectionProfile profile in Config.SrtpProfiles)
        {
            if (!CodePointListExtension.Contains(profiles, (ushort)profile))
                continue;
            SrtpProfile = profile;
            break;
        }

        return ProtocolError.None;
    }
}
