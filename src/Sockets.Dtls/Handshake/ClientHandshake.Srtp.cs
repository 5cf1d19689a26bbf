using System;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake;

/// <content>The server's answer to use_srtp.</content>
internal sealed partial class ClientHandshake
{
    private ProtocolError HandleSrtp(ReadOnlySpan<byte> content)
    {
        ProtocolError error = UseSrtpExtension.Parse(content, out ReadOnlySpan<byte> profiles, out ReadOnlySpan<byte> keyIdentifier);
        if (error.IsError)
            return error;
        var invalid = new ProtocolError(DtlsFailureReason.InvalidSrtpProfile, AlertDescription.IllegalParameter);

        // RFC 5764 §4.1.1: exactly one, and one that was offered. §4.1.3: an MKI other than ours, which is empty, is refused.
        if (profiles.Length != sizeof(ushort) || !keyIdentifier.IsEmpty)
            return invalid;
        foreach (SrtpProtectionProfile profile in Config.SrtpProfiles)
        {
            if (CodePointListExtension.Contains(profiles, (ushort)profile))
                SrtpProfile = profile;
        }

        return SrtpProfile == SrtpProtectionProfile.None ? invalid : ProtocolError.None;
    }
}
