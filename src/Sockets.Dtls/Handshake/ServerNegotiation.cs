using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// What a server reads out of a ClientHello before it keeps anything: suite, group and share. Pure, since the endpoint
/// runs it for clients whose address is not validated.
/// </summary>
internal readonly ref struct ServerNegotiation
{
    private ServerNegotiation(CipherSuite suite, NamedGroup group, ReadOnlySpan<byte> share, int shareCount)
    {
        CipherSuite = suite;
        Group = group;
        Share = share;
        ShareCount = shareCount;
    }

    public CipherSuite CipherSuite { get; }

    public NamedGroup Group { get; }

    /// <summary>The client's share in <see cref="Group"/>; empty when a retry must ask for it.</summary>
    public ReadOnlySpan<byte> Share { get; }

    /// <summary>Whether a retry must ask for a share: there is a group in common, and none was sent for it.</summary>
    public bool NeedsShare => Group != NamedGroup.None && Share.IsEmpty;

    /// <summary>How many shares the client sent.</summary>
    public int ShareCount { get; }

    /// <summary>Chooses by the server's order of preference; a better group is worth a retry.</summary>
    public static ProtocolError TryNegotiate(DtlsConfig config, in ClientHelloMessage hello, out ServerNegotiation result)
    {
        result = default;
        CipherSuite suite = CipherSuite.None;
        foreach (CipherSuite candidate in config.EffectiveCipherSuites)
        {
            if (CodePointListExtension.Contains(hello.CipherSuites, (ushort)candidate))
            {
                suite = candidate;
                break;
            }
        }

        if (suite == CipherSuite.None)
            return new ProtocolError(DtlsFailureReason.NoCommonCipherSuite, AlertDescription.HandshakeFailure);

        // RFC 8446 §4.2.9: a PSK alone, where both sides want it so. Chosen only when the client offers no exchange.
        if (config.AllowPskWithoutExchange && !hello.Extensions.Contains(ExtensionType.KeyShare) && hello.Extensions.Contains(ExtensionType.PreSharedKey))
        {
            result = new ServerNegotiation(suite, NamedGroup.None, default, 0);
            return ProtocolError.None;
        }

        // RFC 8446 §9.2: without a PSK, supported_groups and key_share are mandatory.
        if (!hello.Extensions.TryGet(ExtensionType.SupportedGroups, out ReadOnlySpan<byte> content))
            return ProtocolError.MissingExtension;
        ProtocolError error = CodePointListExtension.Parse(content, out ReadOnlySpan<byte> groups);
        if (error.IsError)
            return error;
        NamedGroup group = NamedGroup.None;
        foreach (NamedGroup candidate in config.EffectiveGroups)
        {
            if (CodePointListExtension.Contains(groups, (ushort)candidate))
            {
                group = candidate;
                break;
            }
        }

        if (group == NamedGroup.None)
            return new ProtocolError(DtlsFailureReason.NoCommonGroup, AlertDescription.HandshakeFailure);
        if (!hello.Extensions.TryGet(ExtensionType.KeyShare, out content))
            return ProtocolError.MissingExtension;
        error = KeyShareExtension.ParseClient(content, group, out ReadOnlySpan<byte> share, out int shareCount);
        if (error.IsError)
            return error;
        result = new ServerNegotiation(suite, group, share, shareCount);
        return ProtocolError.None;
    }
}
