using System;

namespace Sockets.Platform;

/// <summary>Where each datagram of a batch goes and comes from: one way for all of them, or one for each.</summary>
internal readonly ref struct DatagramRoutes
{
    /// <summary>One for all.</summary>
    /// <param name="name">The destination as the system has it; empty on a connected socket.</param>
    /// <param name="from">The local address to send from; the default value leaves it to the system.</param>
    public DatagramRoutes(ReadOnlySpan<byte> name, LocalAddress from)
    {
        Names = name;
        NameLength = name.Length;
        Single = from;
    }

    /// <summary>One for each datagram.</summary>
    /// <param name="names">The destinations, each <paramref name="nameStride"/> bytes behind the one before.</param>
    /// <param name="nameStride">Bytes from one to the next.</param>
    /// <param name="nameLength">Bytes of each; 0 on a connected socket.</param>
    /// <param name="from">The local addresses.</param>
    public DatagramRoutes(ReadOnlySpan<byte> names, int nameStride, int nameLength, ReadOnlySpan<LocalAddress> from)
    {
        Names = names;
        NameStride = nameStride;
        NameLength = nameLength;
        Each = from;
    }

    public ReadOnlySpan<byte> Names { get; }

    public int NameStride { get; }

    public int NameLength { get; }

    private LocalAddress Single { get; }

    private ReadOnlySpan<LocalAddress> Each { get; }

    public LocalAddress From(int index) => Each.IsEmpty ? Single : Each[index];

    public int NameOffset(int index) => index * NameStride;

    /// <summary>Whether two datagrams go the same way, and can be parts of one run.</summary>
    public bool AreSame(int first, int second) =>
        Each.IsEmpty || (Each[first] == Each[second] && Name(first).SequenceEqual(Name(second)));

    /// <summary>The ways of the datagrams from an index on.</summary>
    public DatagramRoutes Skip(int count) => Each.IsEmpty ? this : new DatagramRoutes(Names[NameOffset(count)..], NameStride, NameLength, Each[count..]);

    private ReadOnlySpan<byte> Name(int index) => Names.Slice(NameOffset(index), NameLength);
}
