using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using Sockets.Dtls;

namespace Sockets;

/// <summary>
/// The tickets of a client, by server and options, for connections that come later: see <see cref="DtlsClientOptions.Tickets"/>.
/// In memory, bounded, each ticket given out once. Any number of options objects and threads may share one.
/// </summary>
public sealed class DtlsTicketCache : IDisposable
{
    private const byte FormatVersion = 1;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Shelf>> _shelves = [];
    private readonly LinkedList<Shelf> _order = new(); // the longest unused first
    private readonly int _capacity;
    private readonly int _ticketsPerServer;

    /// <summary>An empty cache.</summary>
    /// <param name="capacity">Servers at most; the one that was not connected to for longest gives way.</param>
    /// <param name="ticketsPerServer">Tickets for each of them at most; the oldest gives way.</param>
    public DtlsTicketCache(int capacity = 256, int ticketsPerServer = 4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ticketsPerServer, 1);
        _capacity = capacity;
        _ticketsPerServer = ticketsPerServer;
    }

    /// <summary>Tickets now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                int count = 0;
                foreach (Shelf shelf in _order)
                    count += shelf.Tickets.Count;
                return count;
            }
        }
    }

    /// <summary>Drops and zeroes every ticket, as when a user signs out.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            while (_order.First is { } node)
                Remove(node);
        }
    }

    /// <summary>
    /// Takes every ticket out, as bytes for <see cref="Import"/> in this or another process: a ticket is used once. <b>They hold
    /// the secrets of sessions in clear</b>: keep them where you would keep a private key, and zero them after use.
    /// </summary>
    public byte[] Export()
    {
        var chunks = new List<byte[]>();
        int length = 1;
        lock (_gate)
        {
            foreach (Shelf shelf in _order)
            {
                foreach (DtlsTicket ticket in shelf.Tickets)
                {
                    chunks.Add(Encoding.ASCII.GetBytes(shelf.Key));
                    chunks.Add(ticket.Export());
                }
            }

            Clear(); // in one step: nobody else is given what is exported
        }

        foreach (byte[] chunk in chunks)
            length += sizeof(int) + chunk.Length;
        byte[] export = new byte[length];
        export[0] = FormatVersion;
        int offset = 1;
        foreach (byte[] chunk in chunks)
        {
            BinaryPrimitives.WriteInt32BigEndian(export.AsSpan(offset), chunk.Length);
            chunk.CopyTo(export, offset + sizeof(int));
            offset += sizeof(int) + chunk.Length;
            CryptographicOperations.ZeroMemory(chunk);
        }

        return export;
    }

    /// <summary>Adds what <see cref="Export"/> gave. They are found by connections with the same server, trust and credentials.</summary>
    /// <returns>How many tickets it was; 0 for something else.</returns>
    public int Import(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty || source[0] != FormatVersion)
            return 0;
        source = source[1..];
        int count = 0;
        while (TryTakeChunk(ref source, out ReadOnlySpan<byte> key) && TryTakeChunk(ref source, out ReadOnlySpan<byte> bytes)
            && key.Length == 2 * SHA256.HashSizeInBytes && DtlsTicket.TryImport(bytes, out DtlsTicket? ticket))
        {
            Add(Encoding.ASCII.GetString(key), ticket, ticket.Received);
            count++;
        }

        return count;
    }

    /// <summary>Drops and zeroes every ticket.</summary>
    public void Dispose() => Clear();

    /// <summary>Takes the newest ticket that is good still.</summary>
    internal DtlsTicket? Take(string key, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_shelves.TryGetValue(key, out LinkedListNode<Shelf>? node))
                return null;
            List<DtlsTicket> tickets = node.Value.Tickets;
            DtlsTicket? found = null;
            while (found is null && tickets.Count > 0)
            {
                DtlsTicket ticket = tickets[^1];
                tickets.RemoveAt(tickets.Count - 1);
                if (ticket.IsUsable(now))
                    found = ticket;
                else
                    ticket.Dispose();
            }

            if (tickets.Count == 0)
                Remove(node);
            return found;
        }
    }

    internal void Add(string key, DtlsTicket ticket, DateTimeOffset now)
    {
        if (!ticket.IsUsable(now))
        {
            ticket.Dispose();
            return;
        }

        lock (_gate)
        {
            if (_shelves.TryGetValue(key, out LinkedListNode<Shelf>? node))
            {
                _order.Remove(node);
            }
            else
            {
                if (_shelves.Count == _capacity)
                    Remove(_order.First!);
                _shelves[key] = node = new LinkedListNode<Shelf>(new Shelf(key));
            }

            _order.AddLast(node);
            List<DtlsTicket> tickets = node.Value.Tickets;
            if (tickets.Count == _ticketsPerServer)
            {
                tickets[0].Dispose();
                tickets.RemoveAt(0);
            }

            tickets.Add(ticket);
        }
    }

    internal void Forget(string key)
    {
        lock (_gate)
        {
            if (_shelves.TryGetValue(key, out LinkedListNode<Shelf>? node))
                Remove(node);
        }
    }

    private static bool TryTakeChunk(ref ReadOnlySpan<byte> source, out ReadOnlySpan<byte> chunk)
    {
        chunk = default;
        if (!BinaryPrimitives.TryReadInt32BigEndian(source, out int length) || length < 0 || length > source.Length - sizeof(int))
            return false;
        chunk = source.Slice(sizeof(int), length);
        source = source[(sizeof(int) + length)..];
        return true;
    }

    private void Remove(LinkedListNode<Shelf> node)
    {
        _order.Remove(node);
        _shelves.Remove(node.Value.Key);
        foreach (DtlsTicket ticket in node.Value.Tickets)
            ticket.Dispose();
    }

    /// <summary>The tickets for one kind of connection, the oldest first.</summary>
    private readonly record struct Shelf(string Key)
    {
        public List<DtlsTicket> Tickets { get; } = [];
    }
}
