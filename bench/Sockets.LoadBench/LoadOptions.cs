using System;

namespace Sockets.LoadBench;

/// <summary>What the command line asks of a scenario.</summary>
/// <param name="Seconds">How long it takes, about.</param>
/// <param name="Progress">Says what is being measured; cheap enough to be called between slices, never while a clock runs.</param>
internal sealed record LoadOptions(double Seconds, Action<string> Progress);
