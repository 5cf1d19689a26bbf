using System.Reflection;

namespace Sockets.Architecture.Tests;

/// <summary>Who may know whom inside Sockets, read from the built assembly, in each of the four builds.</summary>
public sealed class SocketsLayerTests
{
    private static readonly Assembly Sockets = Assembly.Load("Sockets");

    [Fact]
    public void Public_classes_are_sealed_or_abstract()
    {
        foreach (Type type in Sockets.GetExportedTypes().Where(static type => type.IsClass))
            Assert.True(type.IsSealed || type.IsAbstract, $"{type} is neither sealed nor abstract");
    }
}
