using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Links;
using Sockets.Links.Dtls;

namespace Sockets;

/// <summary>A restart of a <see cref="SocketListener"/> under DTLS that costs no handshake.</summary>
public static class SocketListenerSaving
{
    // Ahead of each state, and no secret: which of the sockets it was, since its datagrams come there again.
    private const int SocketNumberLength = sizeof(ushort);

    /// <summary>
    /// Closes the listener, without a word to the peers whose connections can be saved (<see cref="DtlsOptions.AllowSave"/>), and gives
    /// back the states of these, sealed: a listener on the same address and port, with as many
    /// <see cref="SocketListenerOptions.ReusePortShards"/>, goes on with them by <see cref="TryRestore"/>, in another process for
    /// instance, and the peers need no handshake. What they send in between is lost. All other connections are closed. The sockets
    /// end as closed by this program (<see cref="SocketFailureReason.Closed"/>); what was received before can still be read there.
    /// </summary>
    /// <param name="listener">Under DTLS.</param>
    /// <param name="protector">Seals them.</param>
    /// <returns>The states, to be restored in this order; each of them once. <see cref="DtlsStateFile"/> keeps them in a file.</returns>
    /// <exception cref="InvalidOperationException">The listener is not under DTLS.</exception>
    public static async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> SaveAsync(this SocketListener listener, DtlsStateProtector protector)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(protector);
        List<ReadOnlyMemory<byte>> states = SaveAll(listener, protector);
        await listener.DisposeAsync().ConfigureAwait(false);
        return states;
    }

    /// <summary>
    /// Goes on with a connection that was saved. Its socket is open at once; it does not come to
    /// <see cref="SocketListener.AcceptAsync"/>. It takes a place among the connections like any other.
    /// </summary>
    /// <param name="listener">Under DTLS.</param>
    /// <param name="protector">Has the key that the state was sealed with, and remembers that it was restored.</param>
    /// <param name="state">What <see cref="SaveAsync"/> gave.</param>
    /// <param name="socket">The socket; null unless it was restored.</param>
    /// <returns>Restored, or why not.</returns>
    /// <exception cref="InvalidOperationException">The listener is not under DTLS.</exception>
    /// <exception cref="ObjectDisposedException">The listener was closed.</exception>
    public static DtlsRestoreResult TryRestore(this SocketListener listener, DtlsStateProtector protector, ReadOnlySpan<byte> state, out Socket? socket)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(protector);
        socket = null;
        _ = GetAcceptor(listener, 0);
        if (state.Length < SocketNumberLength)
            return DtlsRestoreResult.Invalid;
        int number = BinaryPrimitives.ReadUInt16BigEndian(state);
        if (number >= listener.Datagrams.Length || !listener.Pipeline.Admission.TryEnterAccepted())
            return DtlsRestoreResult.NoPlace;
        SocketLink? link = null;
        try
        {
            DtlsRestoreResult result = GetAcceptor(listener, number).TryRestore(protector, state[SocketNumberLength..], out link);
            if (link is not null)
                socket = listener.Pipeline.Adopt(link);
            return result;
        }
        finally
        {
            if (link is null)
                listener.Pipeline.Admission.Exit();
        }
    }

    private static List<ReadOnlyMemory<byte>> SaveAll(SocketListener listener, DtlsStateProtector protector)
    {
        _ = GetAcceptor(listener, 0);
        var states = new List<ReadOnlyMemory<byte>>();
        for (int i = 0; i < listener.Datagrams.Length; i++)
        {
            foreach (DtlsSavedConnection saved in GetAcceptor(listener, i).SaveAll(protector))
            {
                byte[] state = new byte[SocketNumberLength + saved.State.Length];
                BinaryPrimitives.WriteUInt16BigEndian(state, (ushort)i);
                saved.State.CopyTo(state.AsMemory(SocketNumberLength));
                states.Add(state);
            }
        }

        return states;
    }

    private static DtlsAcceptor GetAcceptor(SocketListener listener, int number) =>
        number < listener.Datagrams.Length && listener.Datagrams[number] is DtlsAcceptor acceptor
            ? acceptor
            : throw new InvalidOperationException("Only a listener under DTLS has connections that can be saved and restored.");
}
