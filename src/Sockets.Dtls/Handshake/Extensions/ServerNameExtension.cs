using System;
using System.Text;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>server_name (RFC 6066 §3): one DNS name from the client, an empty acknowledgement from the server.</summary>
internal static class ServerNameExtension
{
    private const byte HostName = 0;

    public static void WriteClient(WireWriter writer, string name)
    {
        writer.UInt16((ushort)ExtensionType.ServerName);
        int outer = writer.Begin(2);
        int list = writer.Begin(2);
        writer.UInt8(HostName);
        int host = writer.Begin(2);
        writer.Bytes(Encoding.ASCII.GetBytes(name));
        writer.End(host, 2);
        writer.End(list, 2);
        writer.End(outer, 2);
    }

    public static void WriteServer(WireWriter writer)
    {
        writer.UInt16((ushort)ExtensionType.ServerName);
        writer.UInt16(0);
    }

    /// <summary>The client's name: one host_name of 1 to 255 ASCII bytes without NUL.</summary>
    public static ProtocolError ParseClient(ReadOnlySpan<byte> content, out string? name)
    {
        name = null;
        var reader = new WireReader(content);
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> list) || !reader.IsEmpty)
            return ProtocolError.MalformedExtension;
        var entries = new WireReader(list);
        if (!entries.TryReadUInt8(out byte type) || !entries.TryReadVector16(out ReadOnlySpan<byte> host) || !entries.IsEmpty)
            return ProtocolError.MalformedExtension;
        if (type != HostName || host.IsEmpty || host.Length > 255 || host.Contains((byte)0) || !Ascii.IsValid(host))
            return ProtocolError.MalformedExtension;
        name = Encoding.ASCII.GetString(host);
        return ProtocolError.None;
    }
}
