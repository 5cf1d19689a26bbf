using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace Sockets.LoadBench.Peers;

/// <summary>The peers written in C: <c>bench/peers/NAME.c</c>, compiled into <c>artifacts/peers</c> when somebody asks for it.</summary>
internal static class NativePeer
{
    private static readonly string[] Flags = ["-O2", "-std=gnu11", "-Wall", "-Wextra"];

    /// <summary>Compiles it, unless that was done since it was written.</summary>
    /// <param name="name">The source's name without folder and ending.</param>
    /// <param name="libraries">What it links, such as <c>ssl</c> and <c>crypto</c>.</param>
    /// <param name="program">Where the program is.</param>
    /// <param name="reason">Otherwise a sentence for the report's notes: what is left out, and why.</param>
    public static bool TryBuild(string name, IReadOnlyList<string> libraries, out string program, out string reason)
    {
        program = string.Empty;
        if (SourceTree.Root is not { } root)
            return Fails(name, "the source tree is not around this program", out reason);
        string source = Path.Combine(root, "bench", "peers", name + ".c");
        if (!File.Exists(source))
            return Fails(name, "its source is not there", out reason);
        if (OperatingSystem.IsWindows())
            return Fails(name, "it is written for Unix", out reason);
        string folder = Path.Combine(root, "artifacts", "peers");
        program = Path.Combine(folder, name);
        reason = string.Empty;
        if (File.Exists(program) && File.GetLastWriteTimeUtc(program) > NewestSource(root))
            return true;
        Directory.CreateDirectory(folder);
        string unfinished = $"{program}.{Environment.ProcessId}";
        string compiler = Environment.GetEnvironmentVariable("CC") is { Length: > 0 } named ? named : "cc";
        if (!Compile(compiler, [.. Flags, "-o", unfinished, source, .. libraries.Select(static library => "-l" + library), "-lpthread"], out string problem))
            return Fails(name, problem, out reason);
        File.Move(unfinished, program, overwrite: true);
        return true;
    }

    private static DateTime NewestSource(string root) => Directory.EnumerateFiles(Path.Combine(root, "bench", "peers"), "*")
        .Max(File.GetLastWriteTimeUtc);

    private static bool Compile(string compiler, string[] arguments, out string problem)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true })!;
            string output = process.StandardError.ReadToEnd();
            process.WaitForExit();
            string line = output.Split('\n').FirstOrDefault(static text => text.Contains("error", StringComparison.Ordinal)) ?? output.Split('\n')[0];
            problem = $"it does not compile here: {line.Trim()}";
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            problem = $"there is no C compiler '{compiler}'";
            return false;
        }
    }

    private static bool Fails(string name, string problem, out string reason)
    {
        reason = $"The peer {name} is left out: {problem}.";
        return false;
    }
}
