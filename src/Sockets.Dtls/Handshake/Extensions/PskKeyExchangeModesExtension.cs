using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>psk_key_exchange_modes (RFC 8446 §4.2.9): which kinds of resumption a client would take part in.</summary>
internal static class PskKeyExchangeModesExtension
{
    /// <summary>A PSK together with a fresh (EC)DHE exchange.</summary>
    private const byte PskDheKe = 1;

    public static void Write(WireWriter writer)
    {
        writer.UInt16((ushort)ExtensionType.PskKeyExchangeModes);
        int outer = writer.Begin(2);
        int list = writer.Begin(1);
        writer.UInt8(PskDheKe);
        writer.End(list, 1);
        writer.End(outer, 2);
    }
}
