namespace Sockets.LoadBench;

/// <summary>What became of a target.</summary>
internal enum Verdict
{
    /// <summary>There is none: the figure is shown for comparison.</summary>
    NotJudged,

    /// <summary>The median reaches it.</summary>
    Met,

    /// <summary>The median does not, but its confidence interval comes within the tolerance of it.</summary>
    WithinNoise,

    /// <summary>It was only aimed at, and the floor below it holds.</summary>
    BelowAim,

    /// <summary>It is missed for certain.</summary>
    Missed,
}
