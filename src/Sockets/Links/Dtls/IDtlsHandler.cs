using System;

namespace Sockets;

/// <summary>
/// Application code that runs in the receive loop, without a thread hop, a queue or a copy. Calls for one socket are never
/// concurrent. It may call <see cref="DtlsChannel.TrySend"/>, <see cref="DtlsChannel.RequestKeyUpdate"/> and
/// <see cref="DtlsChannel.Close"/> on channels of the same socket; it must not block, and must not call into channels of
/// another socket (two loops that wait for each other would stop both; a <see cref="ConnectionManager"/> with several sockets throws). An exception ends its connection.
/// </summary>
public interface IDtlsHandler
{
    /// <summary>The handshake of <paramref name="channel"/> is done.</summary>
    void OnConnected(DtlsChannel channel)
    {
    }

    /// <summary>One datagram came.</summary>
    /// <param name="channel">From whom.</param>
    /// <param name="datagram">A view of the receive buffer, valid during the call only. May be empty.</param>
    void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram);

    /// <summary>The keys of one direction were replaced.</summary>
    /// <param name="channel">Where.</param>
    /// <param name="sending">True: ours, and the peer has acknowledged it. False: the peer's.</param>
    void OnKeysUpdated(DtlsChannel channel, bool sending)
    {
    }

    /// <summary>
    /// Datagrams go another way from here on, after the peer has answered from there: <see cref="DtlsChannel.RemoteEndPoint"/> or
    /// <see cref="DtlsChannel.LocalEndPoint"/> has changed.
    /// </summary>
    /// <param name="channel">Which.</param>
    void OnPathChanged(DtlsChannel channel)
    {
    }

    /// <summary>A connection that was announced by <see cref="OnConnected"/> is over.</summary>
    /// <param name="channel">Which.</param>
    /// <param name="failure">Why; null after a close in good order.</param>
    void OnClosed(DtlsChannel channel, DtlsException? failure)
    {
    }
}
