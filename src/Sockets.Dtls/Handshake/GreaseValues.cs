using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <summary>The GREASE values of one client (RFC 8701 §2): chosen once, so that both its ClientHellos have the same.</summary>
internal sealed class GreaseValues
{
    public GreaseValues(CryptoProvider crypto)
    {
        Span<byte> random = stackalloc byte[6];
        crypto.FillRandom(random);
        CipherSuite = Value(random[0]);
        Group = Value(random[1]);
        Version = Value(random[2]);
        SignatureScheme = Value(random[3]);
        FirstExtension = Value(random[4]);
        LastExtension = Value(random[5]);
        if (LastExtension == FirstExtension)
            LastExtension ^= 0x1010; // no extension comes twice
    }

    public ushort CipherSuite { get; }

    public ushort Group { get; }

    public ushort Version { get; }

    public ushort SignatureScheme { get; }

    public ushort FirstExtension { get; }

    public ushort LastExtension { get; }

    /// <summary>0x0A0A, 0x1A1A, … 0xFAFA.</summary>
    private static ushort Value(byte random) => (ushort)(0x0A0A + (0x1010 * (random & 0x0F)));
}
