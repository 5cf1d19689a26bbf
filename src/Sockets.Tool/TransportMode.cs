using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool;

/// <summary>One way to do what a command does, chosen by an option of its own: <c>--dtls</c>, <c>--tcp</c> …</summary>
/// <param name="Selector">The option that chooses it.</param>
/// <param name="Options">What else it understands. Modes that understand the same option share the object.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record TransportMode(Option Selector, IReadOnlyList<Option> Options, Func<ParseResult, CancellationToken, Task<int>> RunAsync)
{
    /// <summary>Options it cannot do without.</summary>
    public IReadOnlyList<Option> Required { get; init; } = [];

    /// <summary>What does instead of all that is <see cref="Required"/>.</summary>
    public Option? InPlaceOfRequired { get; init; }

    /// <summary>Options of which one would be ignored silently if both were taken.</summary>
    public IReadOnlyList<OptionConflict> Conflicts { get; init; } = [];

    /// <summary>Taken when no mode was chosen. At most one mode of a command is.</summary>
    public bool IsDefault { get; init; }
}
