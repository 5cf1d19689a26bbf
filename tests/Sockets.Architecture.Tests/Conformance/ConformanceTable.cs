using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sockets.Architecture.Tests.Conformance;

/// <summary>Reads the Conformance attributes of all tests and makes tests/CONFORMANCE.md of them.</summary>
internal static partial class ConformanceTable
{
    public const string Path = "tests/CONFORMANCE.md";

    /// <summary>Every row, those without a test included, in the order of the standards.</summary>
    public static List<ConformanceRow> ReadRows()
    {
        List<ConformanceRow> rows = [.. Requirements.WithoutTest];
        foreach (string file in Repository.SourceFiles("tests"))
            rows.AddRange(ReadRows(file));
        rows.Sort(ConformanceRow.Compare);
        return rows;
    }

    /// <summary>The table as it has to be.</summary>
    public static string Write(List<ConformanceRow> rows)
    {
        int tested = rows.Count(static row => row.Test is not null);
        var text = new StringBuilder();
        text.Append("# Conformance\n\n");
        text.Append("Every MUST, MUST NOT, SHALL and REQUIRED of RFC 9147 §§4–9 and of RFC 9853 (and of RFC 9147 §11, where it binds the\n");
        text.Append("endpoint), in words of our own, with the test that fails when the check is deleted, or with the reason why it does not\n");
        text.Append("apply. Made from the `[Conformance]` attributes by `build/conformance.sh`; `build/conformance.sh delete` deletes checks and\n");
        text.Append("looks whether the tests named here fail.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{rows.Count} rows: {tested} tested, {rows.Count - tested} that do not apply.\n");
        foreach (IGrouping<string, ConformanceRow> document in rows.GroupBy(static row => row.Document))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {document.Key}\n\n| § | what must hold | test | check |\n|---|---|---|---|\n");
            foreach (ConformanceRow row in document)
            {
                string shown = row.Test is null
                    ? $"| | *{row.Reason}* |"
                    : $"| [{row.Test}]({Link(row.TestFile!)}) | [{System.IO.Path.GetFileName(row.Check!)}]({Link(row.Check!)}) |";
                text.Append(CultureInfo.InvariantCulture, $"| {row.Section} | {row.Requirement} {shown}\n");
            }
        }

        return text.ToString();
    }

    private static string Link(string fromRoot) =>
        fromRoot.StartsWith("tests/", StringComparison.Ordinal) ? fromRoot["tests/".Length..] : $"../{fromRoot}";

    private static IEnumerable<ConformanceRow> ReadRows(string file)
    {
        string source = File.ReadAllText(file);
        foreach (Match attribute in AttributeUse().Matches(source))
        {
            Match method = TestMethod().Match(source, attribute.Index);
            string relative = Repository.Relative(file);
            Assert.True(method.Success, $"{relative}: a Conformance attribute stands at no method");
            string name = $"{System.IO.Path.GetFileNameWithoutExtension(file)}.{method.Groups["name"].Value}";
            yield return new ConformanceRow(
                Unescape(attribute, "document"), Unescape(attribute, "section"), Unescape(attribute, "requirement"), name, relative, $"src/{Unescape(attribute, "check")}", null);
        }
    }

    private static string Unescape(Match match, string group) => Regex.Unescape(match.Groups[group].Value);

    [GeneratedRegex("""^ +\[Conformance\(\s*"(?<document>[^"]*)",\s*"(?<section>[^"]*)",\s*"(?<requirement>(?:[^"\\]|\\.)*)",\s*"(?<check>[^"]*)"\)\]""", RegexOptions.Multiline)]
    private static partial Regex AttributeUse();

    [GeneratedRegex(@"^ +public (?:async )?(?:void|Task|ValueTask) (?<name>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex TestMethod();
}
