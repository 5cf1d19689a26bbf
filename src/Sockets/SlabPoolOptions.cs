namespace Sockets;

/// <summary>How a <see cref="SlabPool"/> cuts its memory. Read once, when the pool begins.</summary>
public sealed class SlabPoolOptions
{
    /// <summary>Bytes of one buffer. Default: 16 KiB, a whole TLS record.</summary>
    public int BlockSize { get; set; } = 16 * 1024;

    /// <summary>Bytes that are taken from the system at a time; rounded down to whole blocks, at least one. Default: 256 KiB.</summary>
    public int SlabSize { get; set; } = 256 * 1024;

    /// <summary>Most bytes in all slabs together: a buffer beyond them is refused. Default: 512 MiB.</summary>
    public long MaxBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Zeroes buffers when they come back, so that what was received lies nowhere longer than it was needed. Default: false.</summary>
    public bool ClearOnReturn { get; set; }

    /// <summary>
    /// Gives every buffer an owner of its own, which fails when it is used or returned after it was returned, and overwrites
    /// returned buffers. Costs memory for each one. Default: true where this library was built for debugging.
    /// </summary>
    public bool DetectMisuse { get; set; } = SlabPool.IsDebugBuild;
}
