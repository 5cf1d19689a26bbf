namespace Sockets.Architecture.Tests;

/// <summary>What one member of a type refers to.</summary>
/// <param name="Type">The full name of the outermost type it belongs to.</param>
/// <param name="Member">Its name in the source; empty for the type's own declaration.</param>
internal sealed record MemberUse(string Type, string Member)
{
    /// <summary>Full names of types.</summary>
    public HashSet<string> Types { get; } = [];

    /// <summary>Methods, as the full name of their type, a dot and their name.</summary>
    public HashSet<string> Calls { get; } = [];

    public override string ToString() => Member.Length == 0 ? Type : $"{Type}.{Member}";
}
