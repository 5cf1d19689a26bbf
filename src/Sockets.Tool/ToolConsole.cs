using System;
using System.IO;

namespace Sockets.Tool;

/// <summary>Where the tool reads and writes: the process's own streams, or a test's.</summary>
/// <param name="In">Standard input as bytes.</param>
/// <param name="Out">Results and events; flushed after every line.</param>
/// <param name="Error">One line for each failure.</param>
/// <param name="IsInteractive">Whether a person watches <paramref name="Out"/>, who likes moving pictures.</param>
internal sealed record ToolConsole(Stream In, TextWriter Out, TextWriter Error, bool IsInteractive)
{
    /// <summary>Standard output as bytes, for what came out of a connection and is not ours to change.</summary>
    public Stream OutBytes { get; init; } = Stream.Null;

    public static ToolConsole OfProcess() =>
        new(Console.OpenStandardInput(), Console.Out, Console.Error, !Console.IsOutputRedirected) { OutBytes = Console.OpenStandardOutput() };

    /// <summary>One line, whole and at once, whoever else is writing.</summary>
    public void WriteLine(string line) => Write(Out, line);

    /// <summary>The same beside standard output, which bytes of a connection have for themselves.</summary>
    public void WriteNote(string line) => Write(Error, line);

    private static void Write(TextWriter writer, string line)
    {
        lock (writer)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }
}
