using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets;

public sealed partial class DtlsListener
{
    /// <summary>
    /// Stops listening, without a word to the clients whose connections can be saved (<see cref="DtlsOptions.AllowSave"/>), and gives
    /// back the states of these, sealed: a listener on the same address and port goes on with them by <see cref="TryRestore"/>, in
    /// another process for instance, and the clients need no handshake. What they send in between is lost. All other
    /// connections are closed.
    /// </summary>
    /// <param name="protector">Seals them.</param>
    /// <returns>The states, to be restored in this order; each of them once. <see cref="DtlsStateFile"/> keeps them in a file.</returns>
    /// <exception cref="InvalidOperationException">Called by a handler.</exception>
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> SaveAsync(DtlsStateProtector protector)
    {
        ArgumentNullException.ThrowIfNull(protector);
        IReadOnlyList<DtlsSavedConnection> saved = _driver.SaveAll(protector, stops: true);
        await DisposeAsync().ConfigureAwait(false);
        var states = new ReadOnlyMemory<byte>[saved.Count];
        for (int i = 0; i < states.Length; i++)
            states[i] = saved[i].State;
        return states;
    }

    /// <summary>
    /// Goes on with a connection that was saved. Its channel is open at once; it does not come to <see cref="AcceptAsync"/>, and
    /// a <see cref="DtlsOptions.Handler"/> is told that it is connected.
    /// </summary>
    /// <param name="protector">Has the key that the state was sealed with, and remembers that it was restored.</param>
    /// <param name="state">What was saved.</param>
    /// <param name="channel">The channel; null unless it was restored.</param>
    /// <returns>Restored, or why not.</returns>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public DtlsRestoreResult TryRestore(DtlsStateProtector protector, ReadOnlySpan<byte> state, out DtlsChannel? channel)
    {
        ArgumentNullException.ThrowIfNull(protector);
        return _driver.TryRestore(null, protector, state, null, out channel);
    }
}
