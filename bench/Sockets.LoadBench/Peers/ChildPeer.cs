using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading.Tasks;

namespace Sockets.LoadBench.Peers;

/// <summary>
/// A process that takes part: a C program, or this program in a role. It is asked in lines on its standard input, answers
/// each in a line on its standard output, and ends when its input does.
/// </summary>
internal sealed class ChildPeer : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ChildPeer(ProcessStartInfo start, IReadOnlyDictionary<string, string> environment)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>CPU time of all its threads so far, in nanoseconds.</summary>
    public long CpuNanoseconds => CpuClock.OfProcess(_process);

    /// <summary>Memory of it that is resident, in bytes; 0 where the system does not tell.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts a program, such as one of <see cref="NativePeer"/>.</summary>
    public static ChildPeer Start(string file, params IEnumerable<string> arguments) => Start(file, NoEnvironment, arguments);

    /// <inheritdoc cref="Start(string, IEnumerable{string})"/>
    /// <param name="file">The program.</param>
    /// <param name="environment">Variables that it gets besides this process's own.</param>
    /// <param name="arguments">What it is called with.</param>
    public static ChildPeer Start(string file, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        new(new ProcessStartInfo(file, arguments), environment);

    /// <summary>Starts this program in a role.</summary>
    public static ChildPeer StartRole(string role, params IEnumerable<string> arguments) => StartRole(role, NoEnvironment, arguments);

    /// <inheritdoc cref="StartRole(string, IEnumerable{string})"/>
    /// <param name="role">Its name.</param>
    /// <param name="environment">Variables that it gets besides this process's own.</param>
    /// <param name="arguments">What it is called with.</param>
    public static ChildPeer StartRole(string role, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        new(OwnProgram.With(["--role", role, .. arguments]), environment);

    /// <summary>Writes a line and waits for the line that answers it.</summary>
    public string Ask(string line)
    {
        Tell(line);
        return Answer();
    }

    /// <summary>Writes a line that needs no answer, or gets it later.</summary>
    public void Tell(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (IOException exception)
        {
            _process.WaitForExit();
            throw new EndOfStreamException($"{Describe()} ended. {Errors()}", exception);
        }
    }

    /// <summary>Waits for a line: the port it listens on, once it does.</summary>
    public string Answer() => Answer(AnswerTimeout);

    /// <inheritdoc cref="Answer()"/>
    public string Answer(TimeSpan timeout)
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        if (!line.Wait(timeout))
            throw new TimeoutException($"{Describe()} did not answer in {timeout.TotalSeconds:F0} seconds. {Errors()}");
        return line.Result ?? throw new EndOfStreamException($"{Describe()} ended. {Errors()}");
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        if (!_process.WaitForExit(2000))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private string Describe() => Path.GetFileName(_process.StartInfo.FileName);

    private string Errors()
    {
        lock (_errors)
            return _errors.ToString().Trim();
    }
}
