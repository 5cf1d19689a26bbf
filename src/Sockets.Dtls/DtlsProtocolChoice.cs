using System;

namespace Sockets.Dtls;

/// <summary>What becomes of a client's offer of application protocols: one of them, none, or a refusal.</summary>
public readonly record struct DtlsProtocolChoice
{
    private DtlsProtocolChoice(DtlsApplicationProtocol protocol, bool isRefusal)
    {
        Protocol = protocol;
        IsRefusal = isRefusal;
    }

    /// <summary>The handshake goes on without a protocol.</summary>
    public static DtlsProtocolChoice None => default;

    /// <summary>The handshake ends with no_application_protocol (RFC 7301 §3.2).</summary>
    public static DtlsProtocolChoice Refuse => new(default, isRefusal: true);

    /// <summary>The protocol; empty for none.</summary>
    public DtlsApplicationProtocol Protocol { get; }

    /// <summary>Whether the client is refused.</summary>
    public bool IsRefusal { get; }

    /// <summary>One of the protocols the client offers.</summary>
    public static DtlsProtocolChoice Use(DtlsApplicationProtocol protocol)
    {
        if (protocol.IsEmpty)
            throw new ArgumentException("A protocol has a name; None is the choice of none.", nameof(protocol));
        return new DtlsProtocolChoice(protocol, isRefusal: false);
    }
}
