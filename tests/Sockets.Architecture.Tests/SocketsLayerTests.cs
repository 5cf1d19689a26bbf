using System.Reflection;

namespace Sockets.Architecture.Tests;

/// <summary>Who may know whom inside Sockets, read from the built assembly, in each of the four builds.</summary>
public sealed class SocketsLayerTests
{
    private const string SystemSocket = "System.Net.Sockets.Socket.";

    private static readonly Assembly Sockets = Assembly.Load("Sockets");

    /// <summary>What moves bytes without a <c>SocketLink</c>, of ours and of the platform.</summary>
    private static readonly string[] Transfers =
    [
        "Sockets.Platform.DatagramIo", "Sockets.Platform.SendFile", "Sockets.Platform.StreamIo", "Sockets.Platform.SystemCalls", "Sockets.Platform.VectorIo",
        "System.Net.Sockets.NetworkStream", "System.Net.Sockets.SocketTaskExtensions", "System.Net.Sockets.TcpClient", "System.Net.Sockets.UdpClient",
    ];

    [Fact]
    public void Public_classes_are_sealed_or_abstract()
    {
        foreach (Type type in Sockets.GetExportedTypes().Where(static type => type.IsClass && !type.IsSubclassOf(typeof(Exception))))
            Assert.True(type.IsSealed || type.IsAbstract, $"{type} is neither sealed nor abstract");
    }

    [Theory]
    [InlineData("Tls")]
    [InlineData("Dtls")]
    public void A_build_refers_to_the_assembly_behind_a_link_only_when_it_has_the_link(string name)
    {
        LinkFolder folder = Folder(name);
        using var assembly = new AssemblyMetadata(Sockets);
        if (folder.IsBuilt)
            Assert.Contains(folder.Assembly, assembly.ReferencedAssemblies);
        else
            Assert.DoesNotContain(folder.Assembly, assembly.ReferencedAssemblies);
    }

    [Theory]
    [InlineData("Tls")]
    [InlineData("Dtls")]
    public void A_build_without_a_link_has_none_of_its_types(string name)
    {
        LinkFolder folder = Folder(name);
        Assert.Contains($"{folder.Namespace}.{name}Link", folder.Types);
        using var assembly = new AssemblyMetadata(Sockets);
        string[] built = [.. assembly.Members().Select(static member => member.Type).Where(folder.Owns).Distinct()];
        if (folder.IsBuilt)
            Assert.Superset(folder.Types.ToHashSet(), built.ToHashSet());
        else
            Assert.Empty(built);
    }

    [Theory]
    [InlineData("Tls")]
    [InlineData("Dtls")]
    public void A_link_is_reached_by_its_entry_point_only(string name)
    {
        LinkFolder folder = Folder(name);
        using var assembly = new AssemblyMetadata(Sockets);
        foreach (MemberUse member in assembly.Members().Where(member => !folder.Owns(member.Type) && member.Member != folder.EntryPoint && !member.Member.Contains(folder.Upgrade, StringComparison.Ordinal)))
        {
            foreach (string used in member.Types)
                Assert.False(folder.Owns(used) || IsIn(used, folder.Assembly), $"{member} uses {used}");
        }
    }

    [Fact]
    public void No_path_goes_round_the_link()
    {
        using var assembly = new AssemblyMetadata(Sockets);
        foreach (MemberUse member in assembly.Members().Where(static member => !IsIn(member.Type, "Sockets.Links") && !IsIn(member.Type, "Sockets.Platform")))
        {
            foreach (string call in member.Calls.Where(static call => call.StartsWith(SystemSocket, StringComparison.Ordinal)))
                Assert.False(IsTransfer(call[SystemSocket.Length..]), $"{member} calls {call}");
            foreach (string type in member.Types)
                Assert.False(Transfers.Contains(type), $"{member} uses {type}");
        }
    }

    [Fact]
    public void The_links_do_move_bytes_as_the_walk_sees()
    {
        using var assembly = new AssemblyMetadata(Sockets);
        MemberUse[] members = [.. assembly.Members()];
        Assert.All(Transfers.Where(static name => IsIn(name, "Sockets.Platform")), name => Assert.Contains(members, member => member.Type == name));
        Assert.Contains(members, static member => member.Type == "Sockets.Links.PlainLink" && member.Calls.Contains(SystemSocket + "ReceiveAsync"));
        Assert.Contains(members, static member => member.Type == "Sockets.Links.PlainLink" && member.Calls.Contains(SystemSocket + "SendAsync"));
    }

    [Fact]
    public void The_platform_knows_nothing_above_itself()
    {
        using var assembly = new AssemblyMetadata(Sockets);
        foreach (MemberUse member in assembly.Members().Where(static member => IsIn(member.Type, "Sockets.Platform") || IsIn(member.Type, "Sockets.Buffers")))
        {
            foreach (string used in member.Types.Where(static type => IsIn(type, "Sockets.Links") || IsIn(type, "Sockets.Engine")))
                Assert.True(used == "Sockets.Links.LinkWants", $"{member} uses {used}");
        }
    }

    [Fact]
    public void The_engine_sees_no_link_but_the_abstract_one_and_the_plain_ones_where_connections_begin()
    {
        using var assembly = new AssemblyMetadata(Sockets);
        foreach (MemberUse member in assembly.Members().Where(static member => IsIn(member.Type, "Sockets.Engine")))
        {
            bool begins = member.Type.Contains("Accept", StringComparison.Ordinal) || member.Type.Contains("Dial", StringComparison.Ordinal);
            foreach (string used in member.Types.Where(static type => IsIn(type, "Sockets.Links") && type.EndsWith("Link", StringComparison.Ordinal)))
                Assert.True(used == "Sockets.Links.SocketLink" || (begins && (used is "Sockets.Links.PlainLink" or "Sockets.Links.AcceptingLink")), $"{member} uses {used}");
        }
    }

    [Fact]
    public void Namespaces_follow_folders_and_what_is_public_has_the_shortest()
    {
        foreach (string file in Repository.SourceFiles("src/Sockets"))
        {
            if (Repository.DeclaredNamespace(file) is not { } declared || declared == "Sockets")
                continue;
            Assert.Equal(string.Join('.', Repository.Relative(file).Split('/')[1..^1]), declared);
        }

        Assert.All(Sockets.GetExportedTypes(), static type => Assert.Equal("Sockets", type.Namespace));
    }

    private static LinkFolder Folder(string name) => name == "Tls" ? LinkFolder.Tls : LinkFolder.Dtls;

    private static bool IsTransfer(string method) =>
        method.StartsWith("Send", StringComparison.Ordinal) || method.StartsWith("Receive", StringComparison.Ordinal) || method.StartsWith("BeginSend", StringComparison.Ordinal) || method.StartsWith("BeginReceive", StringComparison.Ordinal);

    private static bool IsIn(string type, string space) => type.StartsWith(space + ".", StringComparison.Ordinal);
}
