namespace Sockets.Testing;

/// <summary>
/// Says which requirement of a standard a test shows: when the check is deleted, the test fails. tests/CONFORMANCE.md is made
/// of these; they are read from the source, so all four arguments are plain literals.
/// </summary>
/// <param name="document">The standard, for instance "RFC 9147".</param>
/// <param name="section">Its section, for instance "4.5.1".</param>
/// <param name="requirement">What must hold, in words of our own.</param>
/// <param name="check">The file that holds the check, from src on.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ConformanceAttribute(string document, string section, string requirement, string check) : Attribute
{
    public string Document { get; } = document;

    public string Section { get; } = section;

    public string Requirement { get; } = requirement;

    public string Check { get; } = check;
}
