namespace Sockets.LoadBench;

/// <summary>Which of the two clocks a target is held against.</summary>
internal enum RatioBasis
{
    /// <summary>CPU time: what a shared machine leaves undisturbed.</summary>
    Cpu,

    /// <summary>The wall clock, for what is a rate by its nature.</summary>
    Wall,
}
