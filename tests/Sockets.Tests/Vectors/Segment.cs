using System.Buffers;

namespace Sockets.Tests.Vectors;

/// <summary>A piece of a sequence.</summary>
internal sealed class Segment : ReadOnlySequenceSegment<byte>
{
    public static ReadOnlySequence<byte> Sequence(ReadOnlyMemory<byte>[] pieces)
    {
        if (pieces.Length == 0)
            return ReadOnlySequence<byte>.Empty;
        var first = new Segment { Memory = pieces[0] };
        Segment last = first;
        foreach (ReadOnlyMemory<byte> piece in pieces.AsSpan(1))
        {
            var next = new Segment { Memory = piece, RunningIndex = last.RunningIndex + last.Memory.Length };
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
