using System;
using System.Diagnostics;
using System.Globalization;

namespace Sockets.Tool.Diagnosing;

/// <summary>One verdict line per stage, what was seen below it, and for a failure what to do.</summary>
internal sealed class DiagnosisReport(ToolConsole console)
{
    private const string Indent = "                     ";

    private int _failed;

    public void Ok(string stage, FormattableString text) => console.WriteLine($"ok      {stage,-12} {Text(text)}");

    public void Failed(string stage, string text, string whatToDo)
    {
        _failed++;
        console.WriteLine($"FAILED  {stage,-12} {SocketText.OneWord(text)}");
        console.WriteLine($"{Indent}what to do: {whatToDo}");
    }

    public void Skipped(string stage, string why) => console.WriteLine($"-       {stage,-12} {why}");

    public void Detail(FormattableString text) => console.WriteLine(Indent + Text(text));

    /// <returns>The exit code.</returns>
    public int Finish() => _failed == 0 ? 0 : SocketsCommand.Failed;

    public static string Milliseconds(long startedAt) =>
        Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms";

    /// <summary>The peer chose some of it.</summary>
    private static string Text(FormattableString text) => SocketText.OneWord(text.ToString(CultureInfo.InvariantCulture));
}
