using System;
using System.Runtime.CompilerServices;

namespace Sockets.LoadBench.Records;

/// <summary>
/// Runs each slice a little deeper on the stack than the one before. Where a store to the stack and a load of some object
/// agree in the lowest 12 bits of their addresses, the processor takes one for the other and waits: 5 to 10 ns a record, in
/// one place of a stack page in twelve (measured in steps of 64 bytes). So it would be chance, which holds for a whole process,
/// that decides; like this it is a slice in twelve, which no median notices.
/// </summary>
internal sealed unsafe class WanderingStack
{
    private const int Step = 576;
    private const int Page = 4096;

    private int _depth;

    public void Run(Action slice)
    {
        _depth = (_depth + Step) % Page;
        RunBelow(_depth, slice);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunBelow(int depth, Action slice)
    {
        byte* room = stackalloc byte[depth + 1];
        Keep(room);
        slice();
    }

    // So that the room is there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(byte* room) => *room = 0;
}
