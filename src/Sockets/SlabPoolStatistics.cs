namespace Sockets;

/// <summary>What a <see cref="SlabPool"/> has out and has taken.</summary>
/// <param name="Rented">Buffers that are out now.</param>
/// <param name="Peak">Most buffers that were out at a time.</param>
/// <param name="Slabs">Slabs taken from the system.</param>
/// <param name="Bytes">Bytes in them.</param>
public readonly record struct SlabPoolStatistics(int Rented, int Peak, int Slabs, long Bytes);
