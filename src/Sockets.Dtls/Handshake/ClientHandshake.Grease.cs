using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>
/// Values that mean nothing (GREASE, RFC 8701), among those that do: a server that cannot ignore what it does not know is found
/// out before there is something new to know. An answer that takes one up is refused like any other that was not offered.
/// </content>
internal sealed partial class ClientHandshake
{
    private GreaseValues? _grease;

    /// <summary>What was sent; null without <see cref="DtlsConfig.SendGrease"/>.</summary>
    internal GreaseValues? Grease => _grease;

    private void PrepareGrease()
    {
        if (Config.SendGrease)
            _grease = new GreaseValues(Config.Crypto);
    }

    /// <summary>An empty extension ahead of the others.</summary>
    private void WriteFirstGrease(WireWriter writer)
    {
        if (_grease is not { } grease)
            return;
        writer.UInt16(grease.FirstExtension);
        writer.UInt16(0);
    }

    /// <summary>One that is not empty behind them; only pre_shared_key may come after it.</summary>
    private void WriteLastGrease(WireWriter writer)
    {
        if (_grease is not { } grease)
            return;
        writer.UInt16(grease.LastExtension);
        writer.UInt16(1);
        writer.UInt8(0);
    }

    /// <summary>A share of a group that does not exist. Not where a HelloRetryRequest has asked for one share alone (RFC 8446 §4.2.8).</summary>
    private void WriteGreaseShare(WireWriter writer)
    {
        if (_grease is not { } grease || _isGroupRequested)
            return;
        writer.UInt16(grease.Group);
        writer.Vector16([0]);
    }
}
