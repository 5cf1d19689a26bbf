using System;

namespace Sockets.LoadBench;

/// <summary>Shows how far a run is. It works on the thread that measures, between slices, so that it never counts.</summary>
internal interface ILoadDisplay
{
    /// <summary>Runs a scenario, which says through the callback what it is at.</summary>
    /// <param name="scenario">Its name.</param>
    /// <param name="seconds">How long it takes, about.</param>
    /// <param name="run">What runs it.</param>
    void Show(string scenario, double seconds, Action<Action<string>> run);
}
