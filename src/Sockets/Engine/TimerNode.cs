namespace Sockets.Engine;

/// <summary>Something that can stand in one <see cref="TimerQueue"/>, which alone writes these fields.</summary>
internal abstract class TimerNode
{
    /// <summary>When it is due; <see cref="long.MaxValue"/>: not in the queue.</summary>
    internal long Due { get; set; } = long.MaxValue;

    /// <summary>Decides between equal times: first come, first due.</summary>
    internal long Order { get; set; }

    /// <summary>Its place in the heap; -1: none.</summary>
    internal int Index { get; set; } = -1;
}
