using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <content>
/// A client that moves to another port and address: both sockets receive while the engine validates the new path, everything
/// but its challenges goes through the old one, and that one is closed some time after it was left, when nothing can be on its
/// way there any more.
/// </content>
internal sealed partial class DatagramDriver
{
    /// <summary>Datagrams that were sent to the old address before the peer knew the new one come as long as this.</summary>
    private static readonly TimeSpan OldPortLifetime = TimeSpan.FromSeconds(3);

    /// <summary>Spare connection IDs of the peer to have at hand.</summary>
    private const int SparesWanted = 2;

    /// <summary>The network may be gone for longer than one attempt takes.</summary>
    private static readonly TimeSpan PauseBetweenMoves = TimeSpan.FromSeconds(2);

    /// <summary>The socket that is tried, or the one that was left. Under <see cref="_gate"/>.</summary>
    private UdpPort? _otherPort;
    private TaskCompletionSource<bool>? _migration;
    private long _lastMove;

    /// <summary>Client: opens another socket to the same peer, from the given address or any. Null: it cannot move.</summary>
    public Func<EndPoint?, UdpPort>? OpenPort { get; init; }

    /// <summary>Client: whether to move to another socket when the system has no way from the one in use.</summary>
    public bool MovesWhenNetworkFails { get; init; }

    /// <summary>Moves the one channel to another socket. True: it has moved. False: nothing answered there, and it is where it was.</summary>
    /// <exception cref="InvalidOperationException">It cannot move, and the message says why.</exception>
    /// <exception cref="SocketException">There is no such socket.</exception>
    public Task<bool> MigrateAsync(DtlsChannel channel, IPEndPoint? local)
    {
        if (_gate.IsHeldByCurrentThread)
            return Task.Run(() => MigrateAsync(channel, local)); // called by a handler, inside the engine
        if (OpenPort is not { } open || _mode != DriverMode.Background)
            throw new InvalidOperationException("Only a client that has its socket to itself, and whose datagrams are received in the background, can move to another port.");
        Task<bool> result;
        lock (_gate)
        {
            if (_stopped || channel.IsOver)
                throw channel.CreateOverException();
            if (!channel.Connection.ChecksPaths || channel.Connection.PeerConnectionId.IsEmpty)
                throw new InvalidOperationException("The peer has no connection ID or does not check return paths (RFC 9853), so it could not tell whose datagrams come from another port.");
            UdpPort port = open(local);
            port.BeginPath();
            EndMigration(hasMoved: false);
            DropOtherPort();
            _otherPort = port;
            MonotonicTime now = _clock.Now;
            if (!channel.Connection.Migrate(channel.Connection.Path with { Local = port.PathAddress }, now))
            {
                DropOtherPort();
                throw channel.CreateOverException();
            }

            _migration = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _loop = Task.WhenAll(_loop, Task.Run(() => RunAsync(port)));
            result = _migration.Task;
            Drain(now);
        }

        return result;
    }

    /// <summary>The engine uses another path from here on.</summary>
    private void OnPathChanged(DtlsChannel channel)
    {
        if (_port.IsConnected && _otherPort is { } other && other.PathAddress == channel.Connection.Path.Local)
        {
            (_port, _otherPort) = (other, _port);
            _ = CloseLaterAsync(_otherPort);
        }

        channel.PathChanged();
        AskForConnectionIds(channel.Connection, _clock.Now);
        EndMigration(hasMoved: true);
    }

    /// <summary>The new path was not validated; the engine stays where it is.</summary>
    private void OnPathValidationFailed()
    {
        DropOtherPort();
        EndMigration(hasMoved: false);
    }

    /// <summary>So that there is one that nobody has seen when a path changes, whoever changes it.</summary>
    private static void AskForConnectionIds(DtlsConnection connection, MonotonicTime now)
    {
        if (connection.ChecksPaths && connection.SpareConnectionIds < SparesWanted)
            connection.RequestConnectionIds(SparesWanted - connection.SpareConnectionIds, now);
    }

    private async Task CloseLaterAsync(UdpPort port)
    {
        await Task.Delay(OldPortLifetime, _timeProvider).ConfigureAwait(false);
        lock (_gate)
        {
            if (_otherPort == port)
                _otherPort = null;
            port.Dispose();
        }
    }

    private void DropOtherPort()
    {
        _otherPort?.Dispose();
        _otherPort = null;
    }

    private void EndMigration(bool hasMoved)
    {
        _migration?.TrySetResult(hasMoved);
        _migration = null;
    }

    private void StopMigration()
    {
        DropOtherPort();
        EndMigration(hasMoved: false);
    }

    /// <summary>
    /// The system has no way to the peer from this socket: another one may have. A forged ICMP error does no more than that; the
    /// connection stays where it is unless the peer answers.
    /// </summary>
    private void MoveAwayFrom(SocketError error)
    {
        if (!MovesWhenNetworkFails || error is not (SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostUnreachable or SocketError.AddressNotAvailable))
            return;
        _ = Task.Run(MoveAsync);
    }

    private async Task MoveAsync()
    {
        DtlsChannel? channel = null;
        lock (_gate)
        {
            long now = _timeProvider.GetTimestamp();
            if (_stopped || _migration is not null || (_lastMove != 0 && _timeProvider.GetElapsedTime(_lastMove, now) < PauseBetweenMoves))
                return;
            _lastMove = now;
            foreach (DtlsChannel candidate in _channels)
                channel = candidate;
        }

        try
        {
            if (channel is { WasOpen: true })
                await MigrateAsync(channel, null).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException or DtlsException)
        {
            // There is no other way either; the next error tries again.
        }
    }
}
