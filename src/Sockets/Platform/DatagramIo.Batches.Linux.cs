using System;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sockets.Platform;

internal static unsafe partial class DatagramIo
{
    // Messages of one sendmmsg(2): a caller's batch, even if no two of its datagrams have the same size.
    private const int MaxMessages = 64;

    // A local address of either family and a segment size.
    private const int SendControlSize = 64;

    [SkipLocalsInit]
    private static int SendByKernel(SafeSocketHandle socket, bool isIPv6, DatagramAbilities abilities, ReadOnlySpan<byte> data, ReadOnlySpan<int> lengths, in DatagramRoutes routes, out SocketError error)
    {
        MessageSlot* slots = stackalloc MessageSlot[MaxMessages];
        IoVector* vectors = stackalloc IoVector[MaxMessages];
        byte* controls = stackalloc byte[MaxMessages * SendControlSize];
        int* counts = stackalloc int[MaxMessages];
        int done = 0;
        fixed (byte* start = data, names = routes.Names)
        {
            byte* next = start;
            byte* end = start + data.Length;
            while (done < lengths.Length)
            {
                int datagram = done;
                byte* position = next;
                int messages = 0;
                do
                {
                    counts[messages] = MeasureRun(lengths, datagram, abilities.MaxSegment, routes, out int bytes);
                    if ((nuint)(nint)bytes > (nuint)(end - position))
                        throw new ArgumentException("The lengths make more than there is."); // changed by another thread: the system would read beyond it
                    vectors[messages] = new IoVector { Base = position, Length = (nuint)bytes };
                    int segmentSize = counts[messages] > 1 ? lengths[datagram] : 0;
                    byte* control = controls + (messages * SendControlSize);
                    slots[messages].Header = new MessageHeader
                    {
                        Name = names + routes.NameOffset(datagram),
                        NameLength = (uint)routes.NameLength,
                        Vectors = vectors + messages,
                        VectorCount = 1,
                        Control = control,
                        ControlLength = (nuint)WriteSendControl(new Span<byte>(control, SendControlSize), routes.From(datagram), isIPv6, segmentSize),
                    };
                    datagram += counts[messages];
                    position += bytes;
                }
                while (++messages < MaxMessages && datagram < lengths.Length);

                int sent = SendMessages(socket, abilities, slots, messages, counts[0] > 1, out int errorNumber);
                if (sent == 0)
                {
                    if ((messages > 1 && abilities.TrySendSingly(errorNumber)) || (counts[0] > 1 && abilities.TryDoWithoutRun(errorNumber, lengths[done])))
                        continue;
                    error = Errno.ToSocketError(errorNumber);
                    return done;
                }

                for (int i = 0; i < sent; i++)
                {
                    if (counts[i] > 1)
                        abilities.NoteSegmented();
                    done += counts[i];
                    next += vectors[i].Length;
                }
            }
        }

        error = SocketError.Success;
        return done;
    }

    private static int WriteSendControl(Span<byte> control, in LocalAddress from, bool isIPv6, int segmentSize)
    {
        int length = from.IsSpecified ? ControlMessages.WriteLocalAddress(control, from, isIPv6) : 0;
        return segmentSize == 0 ? length : length + ControlMessages.WriteSegmentSize(control[length..], segmentSize);
    }

    /// <summary>One call. Returns how many messages the system took; 0: the error is about the first.</summary>
    private static int SendMessages(SafeSocketHandle socket, DatagramAbilities abilities, MessageSlot* slots, int count, bool isRunFirst, out int error)
    {
        const int Flags = SystemCalls.MessageDontWait | SystemCalls.MessageNoSignal;
        bool isBatch = count > 1 && abilities.SendsBatches;
        error = abilities.SimulatedRefusal((isBatch ? DatagramFeatures.SendBatches : 0) | (isRunFirst ? DatagramFeatures.Segmentation : 0));
        if (error != 0)
            return 0;
        nint result;
        do
        {
            result = isBatch
                ? SystemCalls.SendMessages(socket, slots, (uint)count, Flags)
                : SystemCalls.SendMessage(socket, &slots->Header, Flags);
        }
        while (result < 0 && Errno.Last == Errno.Interrupted);
        if (result < 0)
        {
            error = Errno.Last;
            return 0;
        }

        return isBatch ? (int)result : 1;
    }
}
