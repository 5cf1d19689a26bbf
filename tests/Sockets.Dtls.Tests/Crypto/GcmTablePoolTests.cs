using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Sockets.Dtls.Crypto.Hardware;

namespace Sockets.Dtls.Tests.Crypto;

public sealed unsafe class GcmTablePoolTests
{
    [Fact]
    public void Tables_are_apart_aligned_and_writable_whatever_was_given_back()
    {
        var random = new Random(5);
        List<(nint Table, GcmTableSlab Slab, byte Mark)> rented = [];
        for (int i = 0; i < 4000; i++)
        {
            // Up to a few hundred at a time, and back to none now and then.
            if (rented.Count > 0 && (random.Next(400) < rented.Count || i % 1000 > 900))
            {
                int index = random.Next(rented.Count);
                Return(rented[index]);
                rented.RemoveAt(index);
                continue;
            }

            byte* table = GcmTablePool.Rent(out GcmTableSlab slab);
            byte mark = (byte)i;
            Assert.Equal(0, (nint)table % GcmTables.Alignment);
            new Span<byte>(table, GcmTables.Size).Fill(mark);
            rented.Add(((nint)table, slab, mark));
        }

        Assert.Equal(rented.Count, rented.Select(static entry => entry.Table).Distinct().Count());
        rented.ForEach(Return);
    }

    [Fact]
    public Task Many_threads_may_take_and_give_back() => Task.WhenAll(Enumerable.Range(0, 4).Select(static thread => Task.Run(() => TakeAndGiveBack(thread))));

    private static void TakeAndGiveBack(int thread)
    {
        for (int round = 0; round < 100; round++)
        {
            List<(nint Table, GcmTableSlab Slab, byte Mark)> rented = [];
            for (int i = 0; i < 80; i++)
            {
                byte* table = GcmTablePool.Rent(out GcmTableSlab slab);
                byte mark = (byte)((thread * 80) + i);
                new Span<byte>(table, GcmTables.Size).Fill(mark);
                rented.Add(((nint)table, slab, mark));
            }

            rented.ForEach(Return);
        }
    }

    private static void Return((nint Table, GcmTableSlab Slab, byte Mark) entry)
    {
        var bytes = new Span<byte>((byte*)entry.Table, GcmTables.Size);
        Assert.Equal(-1, bytes.IndexOfAnyExcept(entry.Mark));
        GcmTablePool.Return(entry.Slab, (byte*)entry.Table);
    }
}
