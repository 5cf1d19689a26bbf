using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>Connections that go on in another endpoint, after a restart for instance.</content>
public sealed partial class DtlsEndpoint
{
    /// <summary>
    /// Saves every connection that can be saved: see <see cref="DtlsConnection.TrySave"/>. Handshakes, and connections that are
    /// <see cref="DtlsSaveResult.Busy"/>, stay as they are, and so do those whose configuration does not allow it. Drain
    /// <see cref="PollTransmit"/> before, and <see cref="PollEvent"/> after it.
    /// </summary>
    /// <param name="protector">Seals them.</param>
    /// <param name="now">The time.</param>
    /// <returns>Their states, in no order but that of <see cref="TryRestore"/>: give them to it in this one.</returns>
    public IReadOnlyList<DtlsSavedConnection> SaveAll(DtlsStateProtector protector, MonotonicTime now)
    {
        ArgumentNullException.ThrowIfNull(protector);
        var saved = new List<DtlsSavedConnection>();
        foreach (Route route in _routes.Values)
            TrySave(route.Connection);
        foreach (DtlsConnection connection in _withoutRoute)
            TrySave(connection); // behind those whose address they had
        return saved;

        void TrySave(DtlsConnection connection)
        {
            if (connection.CanSave && connection.TrySave(protector, now, out byte[]? state) == DtlsSaveResult.Saved)
                saved.Add(new DtlsSavedConnection(connection, state!));
        }
    }

    /// <summary>
    /// Goes on with a saved connection: see <see cref="DtlsConnection.TryRestore"/>. It takes a place of
    /// <see cref="Admission"/>'s, whatever else that says of its address.
    /// </summary>
    /// <param name="config">Null: <see cref="DtlsEndpointConfig.Server"/>.</param>
    /// <param name="protector">Has the key that the state was sealed with.</param>
    /// <param name="state">What was saved.</param>
    /// <param name="now">The time.</param>
    /// <param name="connection">The connection; null unless it was restored.</param>
    /// <param name="path">Null: the path it had. Another one only where it is known to be the peer's: nothing proves it.</param>
    /// <param name="choose">With <see cref="DtlsConfig.ChooseByClientHello"/>: as for <see cref="DtlsConnection.TryRestore"/>.</param>
    /// <returns>Restored, or why not.</returns>
    /// <exception cref="ArgumentException">There is no configuration, a setting is out of range, or <paramref name="choose"/> is missing; the message names it.</exception>
    public DtlsRestoreResult TryRestore(
        DtlsConfig? config,
        DtlsStateProtector protector,
        ReadOnlySpan<byte> state,
        MonotonicTime now,
        out DtlsConnection? connection,
        DtlsPath? path = null,
        Func<DtlsClientHelloInfo, DtlsConfig?>? choose = null)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        connection = null;
        bool isServers = config is null;
        config ??= _config.Server ?? throw new ArgumentException("The endpoint has no configuration of its own.", nameof(config));
        RequireConnectionIdLength(config);
        DtlsRestoreResult result = DtlsConnection.TryOpenState(config, protector, state, out SavedState? saved);
        if (saved is null)
            return result;
        using (saved)
        {
            if (isServers && saved.Role != DtlsRole.Server)
                return DtlsRestoreResult.Incompatible;
            if (isServers && saved.IsConfigurationChosen && !config.ChooseByClientHello)
                return DtlsRestoreResult.Incompatible; // it may be a weaker one than the name's
            result = DtlsConnection.TryChoose(ref config, saved, choose);
            if (result != DtlsRestoreResult.Restored)
                return result;
            DtlsPath place = path ?? saved.Path;
            if (ConnectionCount >= _config.MaxConnections || !HasPlace(saved, place))
                return DtlsRestoreResult.NoPlace;
            bool isCounted = saved.Role == DtlsRole.Server;
            if (isCounted && !_admission.TryReturn(place.Remote))
                return DtlsRestoreResult.NoPlace;
            try
            {
                result = DtlsConnection.TryAdopt(config, protector, saved, place, now, out connection);
            }
            finally
            {
                if (isCounted && connection is null)
                    _admission.Leave(place.Remote); // the record may throw, too
            }

            if (connection is not null)
                AdoptRestored(connection, isCounted);
        }

        return result;
    }

    /// <summary>Whether datagrams would find it: by its path, or by connection IDs that no other one has.</summary>
    private bool HasPlace(SavedState saved, in DtlsPath place)
    {
        IReadOnlyList<byte[]> ids = saved.ConnectionIds?.Own ?? [];
        foreach (byte[] connectionId in ids)
        {
            if (_byConnectionId.ContainsKey(new ConnectionIdKey(connectionId)))
                return false;
        }

        return ids.Count > 0 || !_routes.ContainsKey(place);
    }

    private void AdoptRestored(DtlsConnection connection, bool isCounted)
    {
        connection.Owner = this;
        connection.CountedAddress = isCounted ? connection.Path.Remote : default;
        ConnectionCount++;
        foreach (byte[] connectionId in connection.OwnConnectionIds)
            _byConnectionId[new ConnectionIdKey(connectionId)] = connection;
        if (_routes.ContainsKey(connection.Path))
            _withoutRoute.Add(connection);
        else
            SetRoute(connection.Path, new Route(connection));
        OnTouched(connection);
    }
}
