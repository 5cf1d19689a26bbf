using System;
using System.Collections.Generic;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <content>Connections that go on elsewhere, and those that come from there.</content>
internal sealed partial class DatagramDriver
{
    /// <summary>Saves every connection that can be saved; their channels end as if they were closed in good order.</summary>
    /// <param name="protector">Seals them.</param>
    /// <param name="stops">Whether nothing else happens here afterwards: what could not be saved is closed.</param>
    public IReadOnlyList<DtlsSavedConnection> SaveAll(DtlsStateProtector protector, bool stops)
    {
        IReadOnlyList<DtlsSavedConnection> saved;
        lock (_gate)
        {
            if (_stopped)
                return [];
            MonotonicTime now = BeginSaving();
            saved = _endpoint.SaveAll(protector, now);
            if (stops)
                Close();
            else
                Drain(now);
        }

        RunOutside();
        return saved;
    }

    /// <summary>Saves one connection.</summary>
    public DtlsSaveResult TrySave(DtlsChannel channel, DtlsStateProtector protector, out byte[]? state)
    {
        DtlsSaveResult result;
        lock (_gate)
        {
            state = null;
            if (_stopped || channel.IsOver)
                return DtlsSaveResult.NotConnected;
            MonotonicTime now = BeginSaving();
            result = channel.Connection.TrySave(protector, now, out state);
            Drain(now);
        }

        RunOutside();
        return result;
    }

    /// <summary>Goes on with a connection that was saved; it is open at once.</summary>
    /// <param name="config">Null: the server's.</param>
    /// <param name="protector">Has the key.</param>
    /// <param name="state">What was saved.</param>
    /// <param name="path">Null: the path it had.</param>
    /// <param name="channel">Null unless it was restored.</param>
    public DtlsRestoreResult TryRestore(DtlsConfig? config, DtlsStateProtector protector, ReadOnlySpan<byte> state, DtlsPath? path, out DtlsChannel? channel)
    {
        DtlsRestoreResult result = TrySelect(config, protector, state, path, out DtlsServerSelection? selection);
        if (result != DtlsRestoreResult.Restored)
        {
            channel = null;
            return result;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped || IsClosed, this);
            channel = null;
            MonotonicTime now = _clock.Now;
            result = _endpoint.TryRestore(config, protector, state, now, out DtlsConnection? connection, path, _ => selection?.Config);
            if (connection is null)
                return result;
            channel = AddChannel(connection);
            channel.Scope = null; // there is no handshake to tell of
            channel.IsRestored = true;
            channel.Selection = selection;
            Drain(now);
        }

        RunOutside();
        return result;
    }

    /// <summary>
    /// Server: has the application choose the options again, where it chooses by the client's name. It may take its time, so nothing is
    /// held meanwhile: the state is opened once to ask it what the client had wanted, which neither uses it up nor changes anything, and
    /// once more when the choice is made.
    /// </summary>
    private DtlsRestoreResult TrySelect(DtlsConfig? config, DtlsStateProtector protector, ReadOnlySpan<byte> state, DtlsPath? path, out DtlsServerSelection? selection)
    {
        selection = null;
        if (config is not null || _selectOptions is null || _serverConfig is not { ChooseByClientHello: true })
            return DtlsRestoreResult.Restored;
        DtlsClientHelloInfo? hello = null;
        DtlsRestoreResult result;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped || IsClosed, this);
            result = _endpoint.TryRestore(null, protector, state, _clock.Now, out _, path, wanted =>
            {
                hello = wanted;
                return null;
            });
        }

        if (hello is null)
            return result; // it did not come that far
        selection = Select(hello);
        return selection is null ? DtlsRestoreResult.NameNotServed : DtlsRestoreResult.Restored;
    }

    /// <summary>What was written leaves before the connection does.</summary>
    private MonotonicTime BeginSaving()
    {
        if (_insideEngine || _draining)
            throw new InvalidOperationException("Connections cannot be saved inside a handler's call.");
        MonotonicTime now = _clock.Now;
        Drain(now);
        return now;
    }
}
