using System;

namespace Sockets.LoadBench.Reports;

/// <summary>A text written by hand with parts that are generated: what lies between <c>&lt;!-- begin NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c>.</summary>
internal static class MarkedText
{
    /// <summary>Whether there is such a part, once and closed.</summary>
    public static bool Has(string text, string name) => Find(text, name) is not null;

    /// <summary>Replaces the part; the markers stay.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static string Replace(string text, string name, string content)
    {
        (int start, int end) = Find(text, name) ?? throw new FormatException($"There is no '{Begin(name)}' followed by its end.");
        return $"{text[..start]}\n{content.Trim('\n')}\n{text[end..]}";
    }

    private static (int Start, int End)? Find(string text, string name)
    {
        int start = text.IndexOf(Begin(name), StringComparison.Ordinal);
        if (start < 0)
            return null;
        start += Begin(name).Length;
        int end = text.IndexOf(End(name), start, StringComparison.Ordinal);
        return end < 0 || text.IndexOf(Begin(name), start, StringComparison.Ordinal) >= 0 ? null : (start, end);
    }

    private static string Begin(string name) => $"<!-- begin {name} -->";

    private static string End(string name) => $"<!-- end {name} -->";
}
