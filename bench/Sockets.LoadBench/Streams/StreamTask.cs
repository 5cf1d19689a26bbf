namespace Sockets.LoadBench.Streams;

/// <summary>What a connection is used for.</summary>
internal enum StreamTask
{
    /// <summary>An operation is a message that comes back.</summary>
    Echo,

    /// <summary>An operation is a message in one direction, received into a buffer of the same size.</summary>
    Push,

    /// <summary>An operation is a file.</summary>
    File,
}
