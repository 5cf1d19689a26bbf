using System;
using System.Net;
using Sockets.Certificates;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

public sealed partial class DtlsChannel
{
    /// <summary>Whether it goes on with a connection that was saved.</summary>
    public bool IsRestored { get; internal set; }

    /// <summary>Whether the connection was saved: it is over here, without a word to the peer, and goes on where it is restored.</summary>
    public bool IsSaved => Connection.IsSaved;

    /// <summary>
    /// Ends the channel without a word to the peer, and gives back what it takes to go on with its connection elsewhere, sealed:
    /// <see cref="TryRestore"/> for a client's, <see cref="DtlsListener.TryRestore"/> for a server's. What was received before can
    /// still be read here. Needs <see cref="DtlsOptions.AllowSave"/>.
    /// </summary>
    /// <param name="protector">Seals it.</param>
    /// <param name="state">The state; null unless it was saved.</param>
    /// <returns>Saved, or why nothing has changed.</returns>
    /// <exception cref="InvalidOperationException"><see cref="DtlsOptions.AllowSave"/> is off, or a handler calls.</exception>
    public DtlsSaveResult TrySave(DtlsStateProtector protector, out byte[]? state)
    {
        ArgumentNullException.ThrowIfNull(protector);
        return _driver.TrySave(this, protector, out state);
    }

    /// <summary>Goes on with a client's connection that was saved, over a socket of its own.</summary>
    /// <param name="remoteEndPoint">The server's address and port.</param>
    /// <param name="options">As for a new connection; of what is agreed on in a handshake, nothing changes.</param>
    /// <param name="protector">Has the key that the state was sealed with, and remembers that it was restored.</param>
    /// <param name="state">What was saved.</param>
    /// <param name="channel">The channel, open; null unless it was restored.</param>
    /// <param name="localEndPoint">
    /// Where to send from. A server that does not know its clients by connection IDs (<see cref="DtlsOptions.ConnectionIdLength"/>)
    /// knows them by address and port only: it must be the same as before. Null: the system chooses.
    /// </param>
    /// <returns>Restored, or why not.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">There is no way to the server, or the port is in use.</exception>
    /// <exception cref="ArgumentException">An option has a value that it may not have; the message names it.</exception>
    public static DtlsRestoreResult TryRestore(
        IPEndPoint remoteEndPoint, DtlsClientOptions options, DtlsStateProtector protector, ReadOnlySpan<byte> state, out DtlsChannel? channel, IPEndPoint? localEndPoint = null)
    {
        ArgumentNullException.ThrowIfNull(remoteEndPoint);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(protector);
        if (!DtlsFeature.IsSupported)
            throw DtlsFeature.NotSupported();
        string target = TargetHostName.WithoutTrailingDot(options.TargetHost) ?? remoteEndPoint.Address.ToString();
        DtlsConfig config = options.CreateConfig(target);
        UdpPort port = UdpPort.Connect(remoteEndPoint, options, localEndPoint);
        channel = null;
        DatagramDriver? driver = null;
        try
        {
            string name = TargetHostName.ToAscii(target);
            TicketPlace? tickets = options.Tickets is { } cache ? new TicketPlace(cache, TicketPlace.KeyOf(options, config, name, remoteEndPoint.Port)) : null;
            driver = new DatagramDriver(port, new DtlsEndpointConfig(), config.MaxDatagramSize, options, name)
            {
                Tickets = tickets,
                OpenPort = local => UdpPort.Connect(remoteEndPoint, options, local),
                MovesWhenNetworkFails = options.MigrateWhenNetworkFails,
            };
            DtlsRestoreResult result = driver.TryRestore(config, protector, state, new DtlsPath(DtlsAddress.FromEndPoint(remoteEndPoint)), out channel);
            if (channel is null)
                driver.Close();
            else
                driver.Start();
            return result;
        }
        catch
        {
            driver?.Close();
            port.Dispose();
            throw;
        }
    }
}
