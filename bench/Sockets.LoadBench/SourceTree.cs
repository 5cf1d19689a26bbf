using System;
using System.IO;

namespace Sockets.LoadBench;

/// <summary>The tree this program was built from, for what is compiled or written there.</summary>
internal static class SourceTree
{
    /// <summary>The folder of the solution; null when this program was moved away from it.</summary>
    public static string? Root { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sockets.sln")))
                return folder.FullName;
        }

        return null;
    }
}
