using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// status_request (RFC 6066 §8, RFC 8446 §4.4.2.1): a client that wants an OCSP response asks in its ClientHello, and a server sends it
/// along with the certificate it is about.
/// </summary>
internal static class StatusRequestExtension
{
    private const byte Ocsp = 1;

    /// <summary>The client's request: of any responder, without extensions.</summary>
    public static void WriteClient(WireWriter writer)
    {
        writer.UInt16((ushort)ExtensionType.StatusRequest);
        int outer = writer.Begin(2);
        writer.UInt8(Ocsp);
        writer.UInt16(0);
        writer.UInt16(0);
        writer.End(outer, 2);
    }

    /// <summary>The response, in the entry of its certificate.</summary>
    public static void WriteResponse(WireWriter writer, ReadOnlySpan<byte> response)
    {
        writer.UInt16((ushort)ExtensionType.StatusRequest);
        int outer = writer.Begin(2);
        writer.UInt8(Ocsp);
        writer.Vector24(response);
        writer.End(outer, 2);
    }

    /// <summary>Whether a client asks for an OCSP response. What it says of responders does not matter: we have one.</summary>
    public static ProtocolError ParseClient(ReadOnlySpan<byte> content, out bool asksForOcsp)
    {
        var reader = new WireReader(content);
        asksForOcsp = false;
        if (!reader.TryReadUInt8(out byte type))
            return ProtocolError.MalformedExtension;
        if (type != Ocsp)
            return ProtocolError.None; // RFC 6066 §8 leaves room for other types
        asksForOcsp = true;
        return reader.TryReadVector16(out _) && reader.TryReadVector16(out _) && reader.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;
    }

    /// <summary>Reads the response of an entry.</summary>
    public static ProtocolError ParseResponse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> response)
    {
        var reader = new WireReader(content);
        response = default;
        return reader.TryReadUInt8(out byte type) && type == Ocsp && reader.TryReadVector24(out response) && !response.IsEmpty && reader.IsEmpty
            ? ProtocolError.None
            : ProtocolError.MalformedExtension;
    }
}
