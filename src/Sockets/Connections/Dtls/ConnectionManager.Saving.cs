using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets;

/// <content>A restart that costs no handshake.</content>
public sealed partial class ConnectionManager
{
    // Ahead of each state, and no secret: which of the sockets it was, since its datagrams come there again.
    private const int SocketNumberLength = sizeof(ushort);

    /// <summary>
    /// Stops, without a word to the clients whose connections can be saved (<see cref="DtlsOptions.AllowSave"/>), and gives back the
    /// states of these, sealed: a manager with the same addresses, <see cref="ConnectionManagerOptions.ShardsPerAddress"/> and
    /// <see cref="ConnectionManagerOptions.ConnectionIds"/> goes on with them by <see cref="TryRestore"/>, in another process for
    /// instance, and the clients need no handshake. What they send in between is lost. All other connections are closed.
    /// </summary>
    /// <param name="protector">Seals them.</param>
    /// <returns>The states, to be restored in this order; each of them once. <see cref="DtlsStateFile"/> keeps them in a file.</returns>
    /// <exception cref="InvalidOperationException">Called by an <see cref="IDtlsHandler"/>.</exception>
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> SaveAsync(DtlsStateProtector protector)
    {
        ArgumentNullException.ThrowIfNull(protector);
        ThrowIfInsideHandler(); // before anything ends
        _admission.IsOpen = false;
        var states = new List<ReadOnlyMemory<byte>>();
        for (int i = 0; i < _drivers.Length; i++)
        {
            foreach (DtlsSavedConnection saved in _drivers[i].SaveAll(protector, stops: true))
            {
                byte[] state = new byte[SocketNumberLength + saved.State.Length];
                BinaryPrimitives.WriteUInt16BigEndian(state, (ushort)i);
                saved.State.CopyTo(state.AsMemory(SocketNumberLength));
                states.Add(state);
            }
        }

        await DisposeAsync().ConfigureAwait(false);
        return states;
    }

    /// <summary>
    /// Goes on with a connection that was saved. Its channel is open at once; it does not come to <see cref="AcceptAsync"/>, and a
    /// <see cref="DtlsOptions.Handler"/> is told that it is connected. It counts for the limits like any other.
    /// </summary>
    /// <param name="protector">Has the key that the state was sealed with, and remembers that it was restored.</param>
    /// <param name="state">What <see cref="SaveAsync"/> gave.</param>
    /// <param name="channel">The channel; null unless it was restored.</param>
    /// <returns>Restored, or why not.</returns>
    /// <exception cref="ObjectDisposedException">The manager has stopped.</exception>
    public DtlsRestoreResult TryRestore(DtlsStateProtector protector, ReadOnlySpan<byte> state, out DtlsChannel? channel)
    {
        ArgumentNullException.ThrowIfNull(protector);
        channel = null;
        if (state.Length < SocketNumberLength)
            return DtlsRestoreResult.Invalid;
        int socket = BinaryPrimitives.ReadUInt16BigEndian(state);
        return socket < _drivers.Length
            ? _drivers[socket].TryRestore(null, protector, state[SocketNumberLength..], null, out channel)
            : DtlsRestoreResult.NoPlace;
    }
}
