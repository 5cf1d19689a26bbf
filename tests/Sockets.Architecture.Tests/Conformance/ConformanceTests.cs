namespace Sockets.Architecture.Tests.Conformance;

/// <summary>tests/CONFORMANCE.md says what the tests say, and no requirement has been left out.</summary>
public sealed class ConformanceTests
{
    private static readonly string File = Path.Combine(Repository.Root, ConformanceTable.Path);

    [Fact]
    public void The_table_is_the_one_the_tests_make()
    {
        string table = ConformanceTable.Write(ConformanceTable.ReadRows());
        if (Environment.GetEnvironmentVariable("SOCKETS_CONFORMANCE") == "write")
            System.IO.File.WriteAllText(File, table);
        string written = System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File).ReplaceLineEndings("\n") : "";
        Assert.True(table == written, $"{ConformanceTable.Path} is out of date: run build/conformance.sh");
    }

    [Fact]
    public void Every_requirement_of_every_section_has_a_row()
    {
        Dictionary<(string, string), int> rows = ConformanceTable.ReadRows()
            .DistinctBy(static row => (row.Document, row.Section, row.Requirement))
            .GroupBy(static row => (row.Document, row.Section))
            .ToDictionary(static group => group.Key, static group => group.Count());
        foreach ((string document, string section, int count) in Requirements.Counted)
        {
            int found = rows.GetValueOrDefault((document, section));
            Assert.True(found == count, $"{document} §{section} has {count} requirements and {found} rows");
            rows.Remove((document, section));
        }

        Assert.True(rows.Count == 0, $"rows of sections that have no requirements: {string.Join(", ", rows.Keys)}");
    }

    [Fact]
    public void Every_check_is_where_the_table_says()
    {
        foreach (ConformanceRow row in ConformanceTable.ReadRows())
        {
            Assert.False(row.Requirement.Contains('|', StringComparison.Ordinal) || row.Requirement.Length == 0, row.Requirement);
            if (row.Check is { } check)
                Assert.True(System.IO.File.Exists(Path.Combine(Repository.Root, check)), $"{row.Test}: there is no {check}");
        }
    }
}
