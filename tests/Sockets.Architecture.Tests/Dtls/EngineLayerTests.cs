using Sockets.Dtls;

namespace Sockets.Architecture.Tests;

/// <summary>Who may know whom inside the engine, read from the built assembly.</summary>
public sealed class EngineLayerTests
{
    private const string Engine = "Sockets.Dtls";
    private const string Crypto = "Sockets.Dtls.Crypto";
    private const string Records = "Sockets.Dtls.Records";
    private const string Handshake = "Sockets.Dtls.Handshake";

    [Fact]
    public void The_engine_references_no_project_of_ours_and_no_transport()
    {
        using var engine = new AssemblyMetadata(typeof(DtlsConnection).Assembly);
        Assert.DoesNotContain(engine.ReferencedAssemblies, static name => name.StartsWith("Sockets", StringComparison.Ordinal));
        Assert.DoesNotContain(engine.ReferencedAssemblies, static name => name is "System.Net.Sockets" or "System.Net.Security" or "System.Net.Quic" or "System.IO.Pipelines" or "System.Threading.Channels");
    }

    [Fact]
    public void The_engine_refers_to_no_banned_type()
    {
        using var engine = new AssemblyMetadata(typeof(DtlsConnection).Assembly);
        string[] namespaces = [.. BannedSymbols.All.Where(static symbol => symbol.StartsWith("N:", StringComparison.Ordinal)).Select(static symbol => symbol[2..])];
        string[] types = [.. BannedSymbols.All.Where(static symbol => symbol.StartsWith("T:", StringComparison.Ordinal)).Select(static symbol => symbol[2..])];
        Assert.NotEmpty(namespaces);
        Assert.NotEmpty(types);
        Dictionary<string, HashSet<string>> dependencies = engine.Dependencies();
        foreach ((string type, HashSet<string> uses) in dependencies)
        {
            // What the providers may use beyond the list is held by the analyzer's own exemptions.
            if (IsIn(type, Crypto))
                continue;
            foreach (string used in uses)
            {
                Assert.False(namespaces.Any(name => used.StartsWith(name + ".", StringComparison.Ordinal)), $"{type} uses {used}");
                Assert.False(types.Contains(used), $"{type} uses {used}");
            }
        }
    }

    [Fact]
    public void Crypto_knows_nothing_above_itself() => AssertIndependent(Crypto, Records, Handshake, "Sockets.Dtls.DtlsConnection", "Sockets.Dtls.DtlsEndpoint");

    [Fact]
    public void Records_know_nothing_above_themselves() => AssertIndependent(Records, Handshake, "Sockets.Dtls.DtlsConnection", "Sockets.Dtls.DtlsEndpoint");

    [Fact]
    public void The_handshake_knows_neither_connection_nor_endpoint() => AssertIndependent(Handshake, "Sockets.Dtls.DtlsConnection", "Sockets.Dtls.DtlsEndpoint");

    [Fact]
    public void A_connection_does_not_know_its_endpoint()
    {
        using var engine = new AssemblyMetadata(typeof(DtlsConnection).Assembly);
        HashSet<string> uses = engine.Dependencies()[typeof(DtlsConnection).FullName!];
        Assert.DoesNotContain(uses, static used => used is "Sockets.Dtls.DtlsEndpoint" or "Sockets.Dtls.DtlsEndpointConfig");
    }

    [Fact]
    public void The_walk_sees_what_it_should()
    {
        using var engine = new AssemblyMetadata(typeof(DtlsConnection).Assembly);
        HashSet<string> connection = engine.Dependencies()[typeof(DtlsConnection).FullName!];
        Assert.Contains("Sockets.Dtls.DtlsConfig", connection);
        Assert.Contains("Sockets.Dtls.MonotonicTime", connection);
        Assert.Contains(connection, static used => IsIn(used, Records));
    }

    [Fact]
    public void Public_classes_are_sealed_or_abstract()
    {
        foreach (Type type in typeof(DtlsConnection).Assembly.GetExportedTypes().Where(static type => type.IsClass))
            Assert.True(type.IsSealed || type.IsAbstract, $"{type} is neither sealed nor abstract");
    }

    [Fact]
    public void The_engines_namespaces_follow_its_folders()
    {
        foreach (string file in Repository.SourceFiles("src/Sockets.Dtls"))
        {
            string[] parts = Repository.Relative(file).Split('/')[1..^1];
            string expected = string.Join('.', parts);
            string? declared = Repository.DeclaredNamespace(file);
            if (declared is not null)
                Assert.Equal(expected, declared);
        }
    }

    private static void AssertIndependent(string layer, params string[] forbidden)
    {
        using var engine = new AssemblyMetadata(typeof(DtlsConnection).Assembly);
        foreach ((string type, HashSet<string> uses) in engine.Dependencies().Where(pair => IsIn(pair.Key, layer)))
        {
            foreach (string used in uses)
                Assert.False(forbidden.Any(name => used == name || IsIn(used, name)), $"{type} uses {used}");
        }
    }

    private static bool IsIn(string type, string space) => type.StartsWith(space + ".", StringComparison.Ordinal) && space != Engine;
}
