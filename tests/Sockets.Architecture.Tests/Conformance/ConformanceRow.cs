namespace Sockets.Architecture.Tests.Conformance;

/// <summary>One line of tests/CONFORMANCE.md: a requirement with the test that shows it, or with the reason why there is none.</summary>
/// <param name="Document">The standard.</param>
/// <param name="Section">Its section.</param>
/// <param name="Requirement">What must hold.</param>
/// <param name="Test">Class and method; null when <paramref name="Reason"/> says why there is none.</param>
/// <param name="TestFile">The test's file, from the root on.</param>
/// <param name="Check">The file that holds the check, from the root on.</param>
/// <param name="Reason">Why nothing is tested.</param>
internal sealed record ConformanceRow(
    string Document, string Section, string Requirement, string? Test, string? TestFile, string? Check, string? Reason)
{
    /// <summary>A requirement that no test of ours can show.</summary>
    public static ConformanceRow Without(string document, string section, string requirement, string reason) =>
        new(document, section, requirement, null, null, null, reason);

    /// <summary>Orders 4.10 behind 4.9.</summary>
    public static int Compare(ConformanceRow left, ConformanceRow right)
    {
        int order = string.CompareOrdinal(left.Document, right.Document);
        if (order == 0)
            order = CompareSections(left.Section, right.Section);
        if (order == 0)
            order = string.CompareOrdinal(left.Requirement, right.Requirement);
        return order != 0 ? order : string.CompareOrdinal(left.Test, right.Test);
    }

    private static int CompareSections(string left, string right)
    {
        string[] a = left.Split('.');
        string[] b = right.Split('.');
        for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            int order = int.Parse(a[i], System.Globalization.CultureInfo.InvariantCulture)
                .CompareTo(int.Parse(b[i], System.Globalization.CultureInfo.InvariantCulture));
            if (order != 0)
                return order;
        }

        return a.Length.CompareTo(b.Length);
    }
}
