using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// Memory for the tables of all ciphers, in slabs that hold nothing else. When connections go quiet whole slabs become free, and
/// their pages go back to the system; tables that lie between other allocations of the C library keep theirs (5 KB for each
/// of 10,000 connections, 0 with slabs). What comes back is zeroed. Any thread may use it.
/// </summary>
internal static unsafe class GcmTablePool
{
    private static readonly Lock s_gate = new();

    // With a free table, the one used last on top. A slab that has become full is taken off when it is met there.
    private static readonly Stack<GcmTableSlab> s_open = new();

    // With free tables only, and without pages.
    private static readonly Stack<GcmTableSlab> s_empty = new();

    /// <summary>Takes a table; what is in it does not matter.</summary>
    /// <param name="slab">What it goes back to.</param>
    public static byte* Rent(out GcmTableSlab slab)
    {
        lock (s_gate)
        {
            while (!s_open.TryPeek(out slab!) || slab.IsFull)
            {
                if (slab is not null)
                    s_open.Pop().IsListed = false;
                else
                    List(s_open, s_empty.TryPop(out GcmTableSlab? empty) ? empty : new GcmTableSlab());
            }

            return slab.Take();
        }
    }

    /// <summary>Zeroes a table and gives it back.</summary>
    public static void Return(GcmTableSlab slab, byte* table)
    {
        CryptographicOperations.ZeroMemory(new Span<byte>(table, GcmTables.Size));
        lock (s_gate)
        {
            slab.GiveBack(table);
            if (!slab.IsEmpty)
            {
                if (!slab.IsListed)
                    List(s_open, slab);
            }
            else if (!slab.IsListed)
            {
                slab.ReleasePages();
                List(s_empty, slab);
            }
            else if (s_open.TryPeek(out GcmTableSlab? current) && current != slab)
            {
                slab.ReleasePages(); // but not those of a slab that a single connection empties and fills
            }
        }
    }

    private static void List(Stack<GcmTableSlab> list, GcmTableSlab slab)
    {
        slab.IsListed = true;
        list.Push(slab);
    }
}
