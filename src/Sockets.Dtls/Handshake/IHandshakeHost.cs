using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <summary>What a handshake asks of whoever carries its messages: the connection.</summary>
internal interface IHandshakeHost
{
    /// <summary>A new flight of ours begins: the one before is acknowledged by the peer's messages. Nothing is sent until it ends.</summary>
    void BeginFlight();

    /// <summary>Adds a message to the flight, in the newest write epoch.</summary>
    void Send(HandshakeType type, ReadOnlySpan<byte> body);

    /// <summary>The flight is whole: it may go out.</summary>
    void EndFlight();

    /// <summary>Opens a read epoch with a traffic secret.</summary>
    void InstallRead(ulong epoch, ReadOnlySpan<byte> trafficSecret);

    /// <summary>Opens a write epoch with a traffic secret.</summary>
    void InstallWrite(ulong epoch, ReadOnlySpan<byte> trafficSecret);

    /// <summary>Client: early data may be written, so much of it, until the server has decided.</summary>
    void OfferEarlyData(CipherSuite suite, ReadOnlySpan<byte> trafficSecret, uint maxSize);

    /// <summary>Client: the server has decided about the early data that was offered.</summary>
    void DecideEarlyData(bool isAccepted);

    /// <summary>
    /// Makes the connection ID that the peer is to put into its records, of <see cref="DtlsConfig.ConnectionIdLength"/>.
    /// </summary>
    /// <returns>Null when there is none left.</returns>
    byte[]? CreateConnectionId();

    /// <summary>The peers have agreed: records after ServerHello carry what was made, and this one of the peer's.</summary>
    void UseConnectionIds(ReadOnlySpan<byte> peer);

    /// <summary>The peers have not agreed: what was made is of no use.</summary>
    void DropConnectionIds();

    /// <summary>Raises an event for the driver.</summary>
    void Raise(DtlsEventKind kind);
}
