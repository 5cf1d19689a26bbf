using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace Sockets.Bogo.Tests;

/// <summary>The shim as the runner starts it: a process with flags.</summary>
internal sealed class ShimProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ShimProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public static ShimProcess Start(params ReadOnlySpan<string> flags)
    {
        var start = new ProcessStartInfo(Host()) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Sockets.Bogo.Shim.dll"));
        foreach (string flag in flags)
            start.ArgumentList.Add(flag);
        return new ShimProcess(Process.Start(start)!);
    }

    /// <summary>Runs a shim that needs no runner.</summary>
    public static ShimResult Run(params ReadOnlySpan<string> flags)
    {
        using ShimProcess process = Start(flags);
        return process.WaitForExit();
    }

    public ShimResult WaitForExit()
    {
        Assert.True(_process.WaitForExit(Patience), "the shim did not end");
        return new ShimResult(_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    /// <summary>The dotnet command this process runs on, wherever it is installed.</summary>
    private static string Host() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
