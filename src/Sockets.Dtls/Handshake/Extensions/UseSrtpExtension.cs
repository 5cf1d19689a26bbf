using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// use_srtp (RFC 5764 §4.1): protection profiles, and a master key identifier (MKI), which we never ask for.
/// </summary>
internal static class UseSrtpExtension
{
    public static void Write(WireWriter writer, ReadOnlySpan<SrtpProtectionProfile> profiles)
    {
        writer.UInt16((ushort)ExtensionType.UseSrtp);
        int outer = writer.Begin(2);
        int list = writer.Begin(2);
        foreach (SrtpProtectionProfile profile in profiles)
            writer.UInt16((ushort)profile);
        writer.End(list, 2);
        writer.UInt8(0); // srtp_mki
        writer.End(outer, 2);
    }

    /// <summary>Checks the form. <paramref name="profiles"/> is the code points, at least one.</summary>
    public static ProtocolError Parse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> profiles, out ReadOnlySpan<byte> keyIdentifier)
    {
        keyIdentifier = default;
        var reader = new WireReader(content);
        return reader.TryReadVector16(out profiles) && !profiles.IsEmpty && profiles.Length % 2 == 0
            && reader.TryReadVector8(out keyIdentifier) && reader.IsEmpty
            ? ProtocolError.None
            : ProtocolError.MalformedExtension;
    }
}
