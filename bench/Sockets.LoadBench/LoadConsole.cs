using System.IO;
using Spectre.Console;

namespace Sockets.LoadBench;

/// <summary>Where the program writes: the process's own streams, or a test's.</summary>
/// <param name="Output">Reports.</param>
/// <param name="Error">The one line about a mistake, and progress.</param>
/// <param name="IsTerminal">Whether a person watches <paramref name="Error"/>.</param>
internal sealed record LoadConsole(TextWriter Output, TextWriter Error, bool IsTerminal)
{
    /// <summary>What shows the progress of a run that takes about so many seconds.</summary>
    public ILoadDisplay Display(double seconds) => IsTerminal
        ? new TerminalDisplay(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) }), seconds)
        : new PlainDisplay(Error);
}
