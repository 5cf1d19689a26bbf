namespace Sockets.Tests.Tool;

/// <summary>Reads what <c>sockets diagnose</c> printed.</summary>
internal static class Diagnosis
{
    /// <summary>The stages with this verdict, in order.</summary>
    public static string[] Stages(ToolRun run, string verdict) =>
        [.. run.Output.Where(line => line.StartsWith(verdict + " ", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])];
}
