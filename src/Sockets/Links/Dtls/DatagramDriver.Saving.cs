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
        DtlsRestoreResult result;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped || IsClosed, this);
            channel = null;
            MonotonicTime now = _clock.Now;
            result = _endpoint.TryRestore(config, protector, state, now, out DtlsConnection? connection, path);
            if (connection is null)
                return result;
            channel = AddChannel(connection);
            channel.Scope = null; // there is no handshake to tell of
            channel.IsRestored = true;
            Drain(now);
        }

        RunOutside();
        return result;
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
