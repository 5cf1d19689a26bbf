using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Reflection;

namespace Sockets.LoadBench.Peers;

/// <summary>This program, to be started again.</summary>
internal static class OwnProgram
{
    /// <summary>How to start it with these arguments: by itself, or by <c>dotnet</c> when that runs it.</summary>
    public static ProcessStartInfo With(IEnumerable<string> arguments)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its program.");
        string[] prefix = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Assembly.GetExecutingAssembly().Location] : [];
        return new ProcessStartInfo(self, [.. prefix, .. arguments]);
    }
}
