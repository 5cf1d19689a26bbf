using System;

namespace Sockets.LoadBench;

/// <summary>What the command line asks of every scenario.</summary>
/// <param name="Seconds">How long a scenario takes, about.</param>
/// <param name="Progress">Says what is being measured.</param>
internal sealed record LoadOptions(double Seconds, Action<string> Progress);
