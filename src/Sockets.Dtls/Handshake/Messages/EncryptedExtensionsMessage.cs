using System;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>EncryptedExtensions (RFC 8446 §4.3.1).</summary>
internal static class EncryptedExtensionsMessage
{
    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out ExtensionBlock extensions)
    {
        extensions = default;
        var reader = new WireReader(body);
        return reader.TryReadVector16(out ReadOnlySpan<byte> bytes) && reader.IsEmpty
            ? ExtensionBlock.TryParse(bytes, out extensions)
            : ProtocolError.Malformed;
    }

    /// <summary>Begins with the extensions a server answers with; others may follow before <see cref="End"/>.</summary>
    /// <returns>A mark for <see cref="End"/>.</returns>
    public static int Begin(WireWriter writer, bool acknowledgeServerName, DtlsApplicationProtocol protocol, bool acceptEarlyData)
    {
        int mark = writer.Begin(2);
        if (acknowledgeServerName)
            ServerNameExtension.WriteServer(writer);
        if (!protocol.IsEmpty)
            AlpnExtension.Write(writer, [protocol]);
        if (acceptEarlyData)
            EarlyDataExtension.Write(writer);
        return mark;
    }

    /// <summary>No extension comes after.</summary>
    public static void End(WireWriter writer, int mark) => writer.End(mark, 2);
}
