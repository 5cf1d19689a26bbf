using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Certificates;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

public sealed partial class DtlsChannel
{
    /// <summary>Another address of the same host is tried when the one before has not answered for so long.</summary>
    private static readonly TimeSpan NextAddressDelay = TimeSpan.FromMilliseconds(300);

    /// <summary>Connects to a host by name or IP address, and verifies that name unless the options give another.</summary>
    /// <param name="host">DNS name or IP address.</param>
    /// <param name="port">UDP port.</param>
    /// <param name="options">Read once, now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DtlsException">The handshake failed, or nobody answered.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The host is unknown, or there is no way to it.</exception>
    public static async ValueTask<DtlsChannel> ConnectAsync(string host, int port, DtlsClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentNullException.ThrowIfNull(options);
        string target = TargetHostName.WithoutTrailingDot(options.TargetHost ?? host)!;
        if (IPAddress.TryParse(host, out IPAddress? address))
            return await ConnectAsync(new IPEndPoint(address, port), target, options, cancellationToken).ConfigureAwait(false);

        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        return await ConnectToAnyAsync(addresses, port, target, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Connects to an address. <see cref="DtlsClientOptions.TargetHost"/> is needed when the trust checks names; null stands for the address.</summary>
    /// <param name="remoteEndPoint">Address and port.</param>
    /// <param name="options">Read once, now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DtlsException">The handshake failed, or nobody answered.</exception>
    public static ValueTask<DtlsChannel> ConnectAsync(IPEndPoint remoteEndPoint, DtlsClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remoteEndPoint);
        ArgumentNullException.ThrowIfNull(options);
        string target = TargetHostName.WithoutTrailingDot(options.TargetHost) ?? remoteEndPoint.Address.ToString();
        return ConnectAsync(remoteEndPoint, target, options, cancellationToken);
    }

    private static async ValueTask<DtlsChannel> ConnectAsync(IPEndPoint remote, string target, DtlsClientOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await HandshakeAsync(Begin(remote, target, options), cancellationToken).ConfigureAwait(false);
    }

    private static DtlsChannel Begin(IPEndPoint remote, string target, DtlsClientOptions options) =>
        Begin(remote, target, options, null, local => UdpPort.Connect(remote, options, local), DriverMode.Background);

    /// <summary>Sends the first flight. What goes on is the driver's, or who pumps it.</summary>
    internal static DtlsChannel Begin(IPEndPoint remote, string target, DtlsClientOptions options, EndPoint? local, Func<EndPoint?, UdpPort> connect, DriverMode mode)
    {
        if (!DtlsFeature.IsSupported)
            throw DtlsFeature.NotSupported();
        DtlsConfig config = options.CreateConfig(target);
        UdpPort port = connect(local);
        try
        {
            string name = TargetHostName.ToAscii(target);
            TicketPlace? tickets = options.Tickets is { } cache ? new TicketPlace(cache, TicketPlace.KeyOf(options, config, name, remote.Port)) : null;
            var driver = new DatagramDriver(port, new DtlsEndpointConfig(), config.MaxDatagramSize, options, name, mode) 
            {
                Tickets = tickets,
                EarlyData = options.EarlyData,
                OpenPort = connect,
                MovesWhenNetworkFails = options.MigrateWhenNetworkFails,
            };
            using DtlsTicket? ticket = config.Ticket is null ? TakeTicket(tickets, options, config, name) : null;
            return driver.Connect(ticket is null ? config : config with { Ticket = ticket }, DtlsAddress.FromEndPoint(remote));
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <summary>A ticket whose session is with a server that is trusted still; others are dropped.</summary>
    private static DtlsTicket? TakeTicket(TicketPlace? place, DtlsClientOptions options, DtlsConfig config, string name)
    {
        while (place?.Take(config.UtcNow!()) is { } ticket)
        {
            if (options.Trusts(ticket, name))
                return ticket;
            ticket.Dispose();
        }

        return null;
    }

    internal static async ValueTask<DtlsChannel> HandshakeAsync(DtlsChannel channel, CancellationToken cancellationToken)
    {
        channel._driver.BeginWait();
        try
        {
            await channel.Connected.WaitAsync(cancellationToken).ConfigureAwait(false);
            return channel;
        }
        catch
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            channel._driver.EndWait();
        }
    }

    /// <summary>
    /// A handshake with each address in turn; the next begins when the one before has had its time or its host reports that
    /// nobody listens. The first that succeeds wins; a refusal by either side is final.
    /// </summary>
    /// <remarks>
    /// Early data goes to one address alone: two addresses may be one server's, and whoever does not answer may have heard. Only a host
    /// that says that nobody listens has not.
    /// </remarks>
    internal static async ValueTask<DtlsChannel> ConnectToAnyAsync(IPAddress[] addresses, int port, string target, DtlsClientOptions options, CancellationToken cancellationToken)
    {
        DtlsClientOptions first = options.Snapshot();
        DtlsClientOptions others = options.Snapshot();
        others.EarlyData = [];
        var withEarlyData = new List<DtlsChannel>();
        DtlsChannel winner = await ConnectToAnyAsync(addresses, Begin, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        withEarlyData.Remove(winner);
        if (winner.EarlyDataStatus != DtlsEarlyDataStatus.Accepted && first.EarlyData.Count > 0)
            winner.ConcludeEarlyDataOf(withEarlyData, first.EarlyData);
        return winner;

        DtlsChannel Begin(IPAddress address)
        {
            var endPoint = new IPEndPoint(address, port);
            if (!withEarlyData.TrueForAll(static before => before.IsUnheard))
                return DtlsChannel.Begin(endPoint, target, others);
            DtlsChannel channel = DtlsChannel.Begin(endPoint, target, first);
            withEarlyData.Add(channel);
            return channel;
        }
    }

    /// <inheritdoc cref="ConnectToAnyAsync(IPAddress[], int, string, DtlsClientOptions, CancellationToken)"/>
    internal static async ValueTask<DtlsChannel> ConnectToAnyAsync(IPAddress[] addresses, Func<IPAddress, DtlsChannel> begin, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<DtlsChannel>>();
        DtlsChannel? winner = null;
        Exception? failure = null;
        int next = 0;
        while (winner is null && (next < addresses.Length || running.Count > 0))
        {
            Task hint = Task.Delay(Timeout.InfiniteTimeSpan, losers.Token);
            if (next < addresses.Length)
            {
                try
                {
                    DtlsChannel channel = begin(addresses[next++]);
                    running.Add(HandshakeAsync(channel, losers.Token).AsTask());
                    if (next < addresses.Length)
                        hint = Task.WhenAny(channel._driver.SocketErrorSeen, Task.Delay(NextAddressDelay, timeProvider, losers.Token));
                }
                catch (System.Net.Sockets.SocketException exception)
                {
                    failure ??= exception; // no way to addresses of this family
                    continue;
                }
            }

            Task finished = await Task.WhenAny([.. running, hint]).ConfigureAwait(false);
            if (finished is not Task<DtlsChannel> handshake)
                continue;
            running.Remove(handshake);
            try
            {
                winner = await handshake.ConfigureAwait(false);
            }
            catch (DtlsException exception) when (exception.Reason is DtlsFailureReason.HandshakeTimeout or DtlsFailureReason.RetransmissionLimit)
            {
                failure ??= exception;
            }
            catch (Exception exception)
            {
                failure = exception;
                break;
            }
        }

        await losers.CancelAsync().ConfigureAwait(false);
        foreach (Task<DtlsChannel> loser in running)
        {
            try
            {
                await (await loser.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failure ??= exception;
            }
        }

        return winner ?? throw (failure ?? new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound));
    }
}
