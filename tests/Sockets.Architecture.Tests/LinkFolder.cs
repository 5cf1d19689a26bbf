namespace Sockets.Architecture.Tests;

/// <summary>
/// The folder of a link that a flag takes away: the types that lie in it altogether, whatever their namespace, and the
/// methods by which the rest of the world gets there.
/// </summary>
internal sealed class LinkFolder
{
    private readonly HashSet<string> _types;

    private LinkFolder(string name, bool isBuilt, string assembly)
    {
        Path = $"src/Sockets/Links/{name}/";
        Namespace = $"Sockets.Links.{name}";
        EntryPoint = $"Use{name}";
        Upgrade = $"UpgradeTo{name}";
        IsBuilt = isBuilt;
        Assembly = assembly;
        ILookup<bool, string> inside = Repository.SourceFiles("src/Sockets")
            .SelectMany(file => Repository.DeclaredTypes(file).Select(type => (Type: type, IsInside: Repository.Relative(file).StartsWith(Path, StringComparison.Ordinal) || Repository.Relative(file).StartsWith($"src/Sockets/Connections/{name}/", StringComparison.Ordinal))))
            .ToLookup(static pair => pair.IsInside, static pair => pair.Type);
        _types = [.. inside[true].Except(inside[false])];
    }

    public static LinkFolder Tls { get; } = new("Tls", BuildFlags.HasTls, "System.Net.Security");

    public static LinkFolder Dtls { get; } = new("Dtls", BuildFlags.HasDtls, "Sockets.Dtls");

    public string Path { get; }

    public string Namespace { get; }

    /// <summary>UseTls, UseDtls.</summary>
    public string EntryPoint { get; }

    /// <summary>Part of the names of what turns a plain connection into a secure one.</summary>
    public string Upgrade { get; }

    public bool IsBuilt { get; }

    /// <summary>What only this folder refers to.</summary>
    public string Assembly { get; }

    /// <summary>Full names of the types in it, of this build or not.</summary>
    public IReadOnlyCollection<string> Types => _types;

    public bool Owns(string type) => _types.Contains(type) || type.StartsWith(Namespace + ".", StringComparison.Ordinal);
}
