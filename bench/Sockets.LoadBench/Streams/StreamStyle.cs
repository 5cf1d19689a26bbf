namespace Sockets.LoadBench.Streams;

/// <summary>Which calls are made.</summary>
internal enum StreamStyle
{
    /// <summary>Asynchronous ones, from the thread pool.</summary>
    Async,

    /// <summary>Blocking ones, with a thread for each end.</summary>
    Blocking,
}
