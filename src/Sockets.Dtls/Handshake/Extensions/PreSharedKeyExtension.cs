using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// pre_shared_key (RFC 8446 §4.2.11): identities and binders from the client, the number of one of them from the server. The
/// client's is the last extension of its ClientHello, so the binders are the message's last bytes.
/// </summary>
internal readonly ref struct PreSharedKeyExtension
{
    private const int MinBinderLength = 32;

    private readonly ReadOnlySpan<byte> _identities;
    private readonly ReadOnlySpan<byte> _binders;

    private PreSharedKeyExtension(ReadOnlySpan<byte> identities, ReadOnlySpan<byte> binders)
    {
        _identities = identities;
        _binders = binders;
    }

    /// <summary>Bytes at the end of the ClientHello that the binders do not cover: themselves, with their length.</summary>
    public int BindersLength => sizeof(ushort) + _binders.Length;

    /// <summary>Writes the client's offers with room for their binders, which are the last bytes written.</summary>
    /// <returns>Bytes of the binders with all their lengths.</returns>
    public static int WriteClient(WireWriter writer, List<PskOffer> offers, DateTimeOffset now)
    {
        writer.UInt16((ushort)ExtensionType.PreSharedKey);
        int outer = writer.Begin(2);
        int list = writer.Begin(2);
        foreach (PskOffer offer in offers)
        {
            writer.Vector16(offer.Identity);
            writer.UInt32(offer.ObfuscatedAge(now));
        }

        writer.End(list, 2);
        int before = writer.Written.Length;
        list = writer.Begin(2);
        Span<byte> blank = stackalloc byte[CipherSuites.MaxHashLength];
        blank.Clear();
        foreach (PskOffer offer in offers)
            writer.Vector8(blank[..CipherSuites.HashLength(offer.Hash)]);
        writer.End(list, 2);
        writer.End(outer, 2);
        return writer.Written.Length - before;
    }

    public static void WriteServer(WireWriter writer, ushort selectedIdentity)
    {
        writer.UInt16((ushort)ExtensionType.PreSharedKey);
        writer.UInt16(sizeof(ushort));
        writer.UInt16(selectedIdentity);
    }

    public static ProtocolError ParseServer(ReadOnlySpan<byte> content, out ushort selectedIdentity)
    {
        var reader = new WireReader(content);
        return reader.TryReadUInt16(out selectedIdentity) && reader.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;
    }

    /// <summary>Checks both lists; they are of the same length (RFC 8446 §4.2.11).</summary>
    public static ProtocolError ParseClient(ReadOnlySpan<byte> content, out PreSharedKeyExtension extension)
    {
        extension = default;
        var reader = new WireReader(content);
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> identities) || identities.IsEmpty
            || !reader.TryReadVector16(out ReadOnlySpan<byte> binders) || binders.IsEmpty || !reader.IsEmpty)
        {
            return ProtocolError.MalformedExtension;
        }

        int count = 0;
        for (var rest = new WireReader(identities); !rest.IsEmpty; count++)
        {
            if (!rest.TryReadVector16(out ReadOnlySpan<byte> identity) || identity.IsEmpty || !rest.TryReadUInt32(out _))
                return ProtocolError.MalformedExtension;
        }

        for (var rest = new WireReader(binders); !rest.IsEmpty; count--)
        {
            if (!rest.TryReadVector8(out ReadOnlySpan<byte> binder) || binder.Length < MinBinderLength)
                return ProtocolError.MalformedExtension;
        }

        if (count != 0)
            return ProtocolError.Illegal;
        extension = new PreSharedKeyExtension(identities, binders);
        return ProtocolError.None;
    }

    /// <summary>One identity of a checked list and its binder; false behind the last.</summary>
    public bool TryGet(int index, out ReadOnlySpan<byte> identity, out uint obfuscatedAge, out ReadOnlySpan<byte> binder)
    {
        var identities = new WireReader(_identities);
        var binders = new WireReader(_binders);
        obfuscatedAge = 0;
        binder = default;
        while (identities.TryReadVector16(out identity) && identities.TryReadUInt32(out obfuscatedAge) && binders.TryReadVector8(out binder))
        {
            if (index-- == 0)
                return true;
        }

        return false;
    }
}
