using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls;

/// <summary>
/// Tickets that are names of sessions kept here, in this process's memory: short, good for one use, and gone with the process,
/// so that there is no key whose loss would reveal recorded sessions. Bounded; the oldest session gives way.
/// </summary>
/// <param name="crypto">Where randomness comes from.</param>
/// <param name="capacity">Sessions at most.</param>
public sealed class DtlsTicketStore(CryptoProvider crypto, int capacity = 10_000) : IDtlsTicketProtector, IDisposable
{
    private const int NameLength = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<(UInt128, UInt128), LinkedListNode<Session>> _sessions = [];
    private readonly LinkedList<Session> _order = new(); // the oldest first
    private bool _isDisposed;

    /// <summary>Sessions now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _sessions.Count;
        }
    }

    /// <inheritdoc/>
    public byte[]? Protect(ReadOnlySpan<byte> state, DateTimeOffset now, DateTimeOffset expires)
    {
        if (capacity < 1)
            return null;
        byte[] ticket = new byte[NameLength];
        crypto.FillRandom(ticket);
        lock (_gate)
        {
            if (_isDisposed)
                return null;
            while (_order.First is { } oldest && (_sessions.Count >= capacity || oldest.Value.Expires <= now))
                Remove(oldest);
            byte[] copy = GC.AllocateArray<byte>(state.Length, pinned: true);
            state.CopyTo(copy);
            _sessions[NameOf(ticket)] = _order.AddLast(new Session(NameOf(ticket), copy, expires));
        }

        return ticket;
    }

    /// <inheritdoc/>
    public byte[]? Unprotect(ReadOnlySpan<byte> ticket, DateTimeOffset now)
    {
        if (ticket.Length != NameLength)
            return null;
        lock (_gate)
        {
            if (!_sessions.TryGetValue(NameOf(ticket), out LinkedListNode<Session>? node) || node.Value.Expires <= now)
                return null;
            byte[] state = GC.AllocateArray<byte>(node.Value.State.Length, pinned: true);
            node.Value.State.CopyTo(state, 0);
            return state;
        }
    }

    /// <inheritdoc/>
    public bool TryUse(ReadOnlySpan<byte> ticket, DateTimeOffset issued, DateTimeOffset now, DateTimeOffset expires)
    {
        if (ticket.Length != NameLength)
            return false;
        lock (_gate)
        {
            if (!_sessions.TryGetValue(NameOf(ticket), out LinkedListNode<Session>? node))
                return false;
            Remove(node);
            return true;
        }
    }

    /// <summary>Zeroes every session, and takes no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            while (_order.First is { } node)
                Remove(node);
        }
    }

    private static (UInt128 High, UInt128 Low) NameOf(ReadOnlySpan<byte> ticket) =>
        (System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(ticket), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(ticket[16..]));

    private void Remove(LinkedListNode<Session> node)
    {
        _order.Remove(node);
        _sessions.Remove(node.Value.Name);
        CryptographicOperations.ZeroMemory(node.Value.State);
    }

    private readonly record struct Session((UInt128 High, UInt128 Low) Name, byte[] State, DateTimeOffset Expires);
}
