using System;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sockets.Platform;

internal sealed unsafe partial class DatagramBatch
{
    private const int NameSize = 32;

    // More than what is asked for: options that the application sets have messages of their own.
    private const int ControlSize = 256;

    /// <summary>The system's arrays, pinned: message headers, vectors, names, control messages.</summary>
    private readonly byte[] _tables = GC.AllocateArray<byte>(MaxMessages * (sizeof(MessageSlot) + sizeof(IoVector) + NameSize + ControlSize), pinned: true);

    private MessageSlot* Slots => (MessageSlot*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_tables));

    private byte* Names => (byte*)Slots + (MaxMessages * (sizeof(MessageSlot) + sizeof(IoVector)));

    private byte* Controls => Names + (MaxMessages * NameSize);

    private ReadOnlySpan<byte> Name(int index) => new(Names + (index * NameSize), NameSize);

    private partial void Prepare()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var vectors = (IoVector*)(Slots + MaxMessages);
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_slab));
        for (int i = 0; i < MaxMessages; i++)
        {
            vectors[i] = new IoVector { Base = start + (i * Stride), Length = Room };
            Slots[i].Header = new MessageHeader { Vectors = vectors + i, VectorCount = 1, Control = Controls + (i * ControlSize) };
        }
    }

    private SocketError ReceiveByKernel(SafeSocketHandle socket, DatagramAbilities abilities, int maxMessages, bool wantsSource)
    {
        while (true)
        {
            int limit = abilities.ReceivesBatches ? maxMessages : 1;
            for (int i = 0; i < limit; i++)
            {
                ref MessageHeader header = ref Slots[i].Header;
                header.Name = wantsSource ? Names + (i * NameSize) : null;
                header.NameLength = wantsSource ? NameSize : 0u;
                header.ControlLength = ControlSize;
                header.Flags = 0;
            }

            int received = ReceiveMessages(socket, abilities, limit, out int error);
            if (received == 0)
            {
                if (limit > 1 && abilities.TryReceiveSingly(error))
                    continue;
                return Errno.ToSocketError(error);
            }

            for (int i = 0; i < received; i++)
            {
                ref MessageSlot slot = ref Slots[i];
                ControlMessages.Read(new ReadOnlySpan<byte>(slot.Header.Control, (int)Math.Min(slot.Header.ControlLength, ControlSize)), out LocalAddress local, out int segmentSize);
                Add((int)slot.Length, segmentSize, (slot.Header.Flags & SystemCalls.MessageTruncated) != 0, local);
            }

            return SocketError.Success;
        }
    }

    /// <summary>One call. Returns how many messages came; 0: there is an error.</summary>
    private int ReceiveMessages(SafeSocketHandle socket, DatagramAbilities abilities, int limit, out int error)
    {
        error = limit > 1 ? abilities.SimulatedRefusal(DatagramFeatures.ReceiveBatches) : 0;
        if (error != 0)
            return 0;
        nint result;
        do
        {
            result = limit > 1
                ? SystemCalls.ReceiveMessages(socket, Slots, (uint)limit, SystemCalls.MessageDontWait, null)
                : SystemCalls.ReceiveMessage(socket, &Slots->Header, SystemCalls.MessageDontWait);
        }
        while (result < 0 && Errno.Last == Errno.Interrupted);
        if (result < 0)
        {
            error = Errno.Last;
            return 0;
        }

        if (limit > 1)
            return (int)result;
        Slots->Length = (uint)result;
        return 1;
    }
}
