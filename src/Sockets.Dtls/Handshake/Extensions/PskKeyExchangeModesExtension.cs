using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>psk_key_exchange_modes (RFC 8446 §4.2.9): which kinds of resumption a client would take part in.</summary>
internal static class PskKeyExchangeModesExtension
{
    /// <summary>A PSK alone.</summary>
    private const byte PskKe = 0;

    /// <summary>A PSK together with a fresh (EC)DHE exchange.</summary>
    private const byte PskDheKe = 1;

    public static void Write(WireWriter writer, bool allowPskOnly)
    {
        writer.UInt16((ushort)ExtensionType.PskKeyExchangeModes);
        int outer = writer.Begin(2);
        int list = writer.Begin(1);
        writer.UInt8(PskDheKe);
        if (allowPskOnly)
            writer.UInt8(PskKe);
        writer.End(list, 1);
        writer.End(outer, 2);
    }

    /// <summary>Reads which modes a client takes part in; unknown ones do not matter.</summary>
    public static ProtocolError Parse(ReadOnlySpan<byte> content, out bool withExchange, out bool pskOnly)
    {
        withExchange = false;
        pskOnly = false;
        var reader = new WireReader(content);
        if (!reader.TryReadVector8(out ReadOnlySpan<byte> modes) || !reader.IsEmpty || modes.IsEmpty)
            return ProtocolError.MalformedExtension;
        withExchange = modes.Contains(PskDheKe);
        pskOnly = modes.Contains(PskKe);
        return ProtocolError.None;
    }
}
